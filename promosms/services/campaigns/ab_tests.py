"""A/B tests: what is chosen for a draft, what it costs, how both texts do, and which is better.

A campaign with an A/B test is launched like any other. Then two campaigns of their own bring the
texts to their parts of the people, and it waits itself (COMPARING) until one turns out better. It
goes to the others with that text. Whoever is left out of a part is left out of the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.proportions import Difference, Share, difference
from promosms.models import (
    AbMeasure,
    AbTest,
    AbText,
    Account,
    Campaign,
    CampaignStatus,
    campaign_name,
    is_automatic,
    now,
)
from promosms.services.accounts import trial
from promosms.services.campaigns import audience, campaigns, clicks, copies, responses
from promosms.services.campaigns.ab_parts import Shares
from promosms.services.campaigns.drafts import NotDraft
from promosms.services.campaigns.estimates import Estimate
from promosms.services.senders import answerable
from promosms.sms import addresses

LEAST = 50
"""Of fewer people in all, no figure says which text is better."""
SHARES = (10, 20, 30, 50)
CLOCK = ("planned_time", "planned_zone", "each_clock", "first_zone")
"""Whose clock counts. Both parts keep it, but are never spread: the sooner it is known."""
HOURS = (1, 2, 4, 8, 24, 48)


@dataclass(frozen=True)
class Choice:
    """The second text, and how both are compared; see `AbTest`."""

    text_b: str
    share: int
    measure: AbMeasure
    hours: int


@dataclass(frozen=True)
class Costs:
    """What the parts of a test cost at this moment: text A, text B, and the better one, at most."""

    a: Estimate
    b: Estimate
    rest: Estimate

    @property
    def whole(self) -> Estimate:
        """All together."""
        return self.a + self.b + self.rest


@dataclass(frozen=True)
class Standing:
    """How both texts do: of the people texted, how many opened a link or replied."""

    a: Share
    b: Share

    @property
    def better(self) -> AbText:
        """The text with the larger share; A if both are equal."""
        return AbText.B if self.b.value > self.a.value else AbText.A

    @property
    def difference(self) -> Difference | None:
        """By how much better text B did; None if a text has reached nobody."""
        return difference(self.b, self.a) if self.a.people and self.b.people else None


def of(campaign: Campaign) -> AbTest | None:
    """The A/B test that a campaign has."""
    return db.session.get(AbTest, campaign.id)


def possible(campaign: Campaign) -> bool:
    """Can a campaign have one? Not on trial, and not one that texts people of another campaign."""
    account = db.session.get_one(Account, campaign.account_id)
    alone = campaign.repeat_of is None and campaign.follow_up_of is None
    return alone and trial.may_text(account) is None


def choose(campaign: Campaign, choice: Choice | None) -> None:
    """Choose a test for a draft, or none. Raises NotDraft.

    Text and people stay as they are, so a composer that is open elsewhere can still save.
    """
    with transaction() as session:
        session.refresh(campaign, with_for_update=True)
        if campaign.status != CampaignStatus.DRAFT:
            raise NotDraft
        test = of(campaign)
        if choice is None:
            if test is not None:
                session.delete(test)
            return
        if test is None:
            test = AbTest(campaign_id=campaign.id, account_id=campaign.account_id)
            session.add(test)
        test.text_b, test.share = choice.text_b, choice.share
        test.measure, test.hours = choice.measure, choice.hours


def chosen(campaign: Campaign) -> Choice | None:
    """What was chosen for a draft; None without a test."""
    test = of(campaign)
    if test is None:
        return None
    return Choice(test.text_b, test.share, AbMeasure(test.measure), test.hours)


def agree(campaign: Campaign, a_price: int, b_price: int, rest_people: int) -> None:
    """Keep what the review showed of a draft with a test: the prices (1/10,000) of both parts.

    Of one that is no draft any more nothing changes: its prices were agreed to.
    """
    with transaction() as session:
        session.refresh(campaign, with_for_update=True)
        test = of(campaign)
        if test is not None and campaign.status == CampaignStatus.DRAFT:
            test.a_price, test.b_price, test.rest_people = a_price, b_price, rest_people


def with_text_b(campaign: Campaign, test: AbTest) -> Campaign:
    """The campaign with its second text, not stored."""
    return copies.unstored(campaign, text=test.text_b)


def audiences(campaign: Campaign, test: AbTest) -> list[tuple[Campaign, ColumnElement[bool]]]:
    """Who may get which text: some text A, some text B, and the others either of both."""
    second, shares = with_text_b(campaign, test), Shares(campaign.id, test.share)
    return [
        (campaign, shares.of(AbText.A)),
        (second, shares.of(AbText.B)),
        (campaign, shares.rest()),
        (second, shares.rest()),
    ]


def costs_of(estimates: Sequence[Estimate]) -> Costs:
    """What its parts cost, of the estimates of its `audiences`; for the others the dearer text
    counts."""
    a, b, *rest = estimates
    return Costs(a, b, max(rest, key=lambda estimate: estimate.total))


def costs(campaign: Campaign, test: AbTest) -> Costs:
    """What its parts cost at this moment."""
    return costs_of([audience.estimate(*one) for one in audiences(campaign, test)])


def unmeasurable(campaign: Campaign, test: AbTest) -> bool:
    """Can it never be known which text is better: no link to open, or nobody can reply?"""
    if test.measure == AbMeasure.REPLIED:
        return not answerable.can_answer(campaign)
    texts = (campaign.text, test.text_b)
    return not (campaign.short_links and all(addresses.targets(text) for text in texts))


def go_on(session: Session, campaign: Campaign, *, begins: bool) -> bool:
    """Start both parts of a campaign that is launched, or give it the better text for the others.

    Part of the transaction of the launch. False if the test was given up in another window.
    """
    test = session.get(AbTest, campaign.id, with_for_update=True, populate_existing=True)
    if test is None or (test.begun_at is None) != begins:
        return False
    if begins:
        _begin(session, campaign, test)
    else:
        decide(session, campaign, test)
    return True


def _begin(session: Session, campaign: Campaign, test: AbTest) -> None:
    moment = now()
    for text in AbText:
        words = campaign.text if text == AbText.A else test.text_b
        part = copies.store(
            session,
            campaign,
            text=words,
            name=_name(campaign, text, words),
            status=CampaignStatus.PREPARING,
            launched_at=moment,
            count_at=moment,
            agreed_price=test.a_price if text == AbText.A else test.b_price,
            **{name: getattr(campaign, name) for name in CLOCK},
        )
        setattr(test, f"{text}_id", part.id)
    test.begun_at = moment
    campaign.agreed_price -= test.a_price + test.b_price
    session.flush()


def parts(test: AbTest) -> list[Campaign]:
    """The campaigns of text A and text B; none before it began."""
    ids = [i for i in (test.a_id, test.b_id) if i is not None]
    return [db.session.get_one(Campaign, i, populate_existing=True) for i in ids]


def parts_of(campaign: Campaign) -> list[Campaign]:
    """The campaigns of both texts of a campaign whose test has begun."""
    test = of(campaign)
    return parts(test) if test else []


def by_chance(people: int) -> float:
    """How large a difference chance makes between two texts that are equally good, from 0 to 1.

    It is that for texts that work with every tenth of so many people each.
    """
    usual = Share(round(people / 10), people)
    return difference(usual, usual).most if people else 1.0


def standing(test: AbTest) -> Standing:
    """How both texts do now; when it is decided, as they did then."""
    if test.better:
        return Standing(Share(test.a_number, test.a_people), Share(test.b_number, test.b_people))
    a, b = (_share(part, test.measure) for part in parts(test))
    return Standing(a, b)


def due_at(test: AbTest) -> datetime | None:
    """When the better text goes to the others; None while not both have left."""
    ended = [part.finished_at for part in parts(test) if part.status in CampaignStatus.FINAL]
    left = [at for at in ended if at is not None]
    return max(left) + timedelta(hours=test.hours) if len(left) == len(AbText) else None


def stopped(test: AbTest) -> bool:
    """Can the figures not decide any more: a part was cancelled, or has reached nobody?"""
    both = parts(test)
    cancelled = any(part.status == CampaignStatus.CANCELLED for part in both)
    ended = all(part.status in CampaignStatus.FINAL for part in both)
    return cancelled or (ended and not all(_share(part, test.measure).people for part in both))


def decide(
    session: Session, campaign: Campaign, test: AbTest, better: AbText | None = None, by: str = ""
) -> None:
    """Give the campaign the better text, by the figures of now or as chosen `by` a user.

    Part of a transaction in which the campaign is locked. A second decision changes nothing.
    """
    session.refresh(test, with_for_update=True)
    if test.better:
        return
    found = standing(test)
    test.a_number, test.a_people = found.a.number, found.a.people
    test.b_number, test.b_people = found.b.number, found.b.people
    test.better, test.decided_by = better or found.better, by
    test.decided_at = now()
    if test.better == AbText.B:
        if is_automatic(campaign.name, campaign.text):
            campaign.name = campaign_name(test.text_b)
        campaign.text = test.text_b


def _share(part: Campaign, measure: str) -> Share:
    counted = campaigns.figures(part)
    if measure == AbMeasure.REPLIED:
        found = responses.number(responses.replied(part))
    else:
        found = clicks.of(part).people
    return Share(found, counted.sent + counted.unconfirmed)


def _name(campaign: Campaign, text: AbText, words: str) -> str:
    """The name of the campaign, or the beginning of the text as with all that have none."""
    automatic = not campaign.name or is_automatic(campaign.name, campaign.text)
    name = campaign_name(words) if automatic else campaign.name[:96]
    return f"{name} ({text.upper()})"
