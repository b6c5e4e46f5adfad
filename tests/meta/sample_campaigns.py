"""Campaigns in every state, for the sample account."""

from dataclasses import replace
from datetime import timedelta

from promosms.db.transactions import transaction
from promosms.models import (
    AbMeasure,
    AbTest,
    AbText,
    Account,
    Campaign,
    CampaignStatus,
    Click,
    Link,
    LinkKind,
    Message,
    MessageStatus,
    Recipient,
    Role,
    now,
)
from promosms.services.campaigns import (
    audience,
    copies,
    draft_versions,
    drafts,
    guard,
    second_yes,
    yes_requests,
)
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.guard import Limits
from promosms.services.ledger import ledger
from promosms.services.links import links
from promosms.services.templates import templates


def ids(account: Account) -> dict[str, str]:
    """A campaign in each state, and a short link of the last one; their public ids."""
    found = dict[str, str]()
    for status in [one for one in CampaignStatus if one != CampaignStatus.PROTOTYPE]:
        campaign = drafts.create(
            account, Draft(name=status, text="Hi {first_name|there}", everyone=True), ""
        )
        if status == CampaignStatus.DRAFT:
            found["draft version"] = _earlier(campaign)
        elif status == CampaignStatus.SCHEDULED:
            _scheduled(campaign)
        elif status == CampaignStatus.COMPARING:
            _comparing(campaign)
        else:
            _launched(campaign, status)
        found[f"campaign {status}"] = campaign.public_id
    found |= _links(campaign) | _dear(account)
    kept = templates.create(account, "Kept", Draft(text="Hi {first_name|there}"))
    found["template"] = kept.public_id
    return found


def _dear(account: Account) -> dict[str, str]:
    """Three drafts that need a second yes: not asked for, asked by the owner, by a colleague."""
    names = ("dear draft", "draft of a colleague", "draft that waits")
    written = [
        drafts.create(account, Draft(name=name, text="We are open. " * 30, everyone=True), "")
        for name in names
    ]
    estimate = audience.estimate(written[0])
    guard.choose(account.id, Limits(second_yes_above=estimate.total - 1))
    owner, colleague = (
        next(user for user in second_yes.people(account.id) if user.role == role)
        for role in (Role.OWNER, Role.MEMBER)
    )
    for draft, asker in ((written[1], owner), (written[2], colleague)):
        yes_requests.ask(draft, asker.public_id, estimate.total, estimate.everybody)
    return {name: draft.public_id for name, draft in zip(names, written, strict=True)}


def _earlier(draft: Campaign) -> str:
    """A version of a draft that has its first text again."""
    first = drafts.read(draft)
    for written in (replace(first, text="We are open"), first):
        drafts.update(draft, written, drafts.stamp(draft))
    return draft_versions.of(draft)[0].public_id


def _links(campaign: Campaign) -> dict[str, str]:
    with transaction() as session:
        account_id = campaign.account_id
        link = Link(account_id=account_id, campaign_id=campaign.id, target="https://kawa.pl")
        way_out = Link(account_id=account_id, campaign_id=campaign.id, kind=LinkKind.OPT_OUT)
        session.add_all([link, way_out])
        session.flush()
        recipient = session.query(Recipient).filter_by(account_id=account_id).first()
        assert recipient is not None
        click = {"first_at": now(), "last_at": now(), "account_id": account_id}
        session.add(Click(link_id=link.id, recipient_id=recipient.id, **click))
        [short] = links.Writer([link]).write([links.example(0, 9)], [links.NOBODY])
        [leave] = links.Writer([], way_out).write([links.opt_out_example()], [recipient.id])
    return {"short_link": short.rpartition("/")[2], "opt_out_link": leave.rpartition("/")[2]}


def _scheduled(campaign: Campaign) -> None:
    with transaction():
        tomorrow = (now() + timedelta(days=1)).replace(second=0, microsecond=0)
        campaign.planned_time, campaign.planned_zone = f"{tomorrow:%Y-%m-%dT%H:%M}", "UTC"
        campaign.status, campaign.send_at, campaign.audience = (
            CampaignStatus.SCHEDULED,
            tomorrow,
            1,
        )


def _comparing(campaign: Campaign) -> None:
    """Both texts of it have left."""
    with transaction() as session:
        values = {"status": CampaignStatus.FINISHED, "launched_at": now(), "finished_at": now()}
        parts = [copies.store(session, campaign, n_sent=9, **values) for _text in AbText]
        campaign.status, campaign.launched_at = CampaignStatus.COMPARING, now()
        session.add(
            AbTest(
                campaign_id=campaign.id,
                account_id=campaign.account_id,
                text_b="Hello {first_name|there}",
                share=1,  # of so few people the others are all
                measure=AbMeasure.REPLIED,
                hours=4,
                a_id=parts[0].id,
                b_id=parts[1].id,
                begun_at=now(),
            )
        )


def _launched(campaign: Campaign, status: CampaignStatus) -> None:
    with transaction() as session:
        campaign.status, campaign.launched_at, campaign.audience = status, now(), 1
        unsure = status == CampaignStatus.CANCELLED
        campaign.n_delivered, campaign.n_unknown = int(not unsure), int(unsure)
        session.add(
            Message(
                account_id=campaign.account_id,
                campaign_id=campaign.id,
                phone="+48601111111",
                text="Hi there",
                status=MessageStatus.UNKNOWN if unsure else MessageStatus.DELIVERED,
            )
        )
        if status == CampaignStatus.FINISHED:
            ledger.hold(campaign.account_id, campaign.id, 300)
            ledger.charge(campaign.id, 300, "charge:stage")
