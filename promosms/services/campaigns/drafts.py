"""Drafts of campaigns: what the user typed, saved without losing what another window saved."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    LATEST_HOURS,
    Account,
    Campaign,
    CampaignKind,
    CampaignList,
    CampaignSegment,
    CampaignStatus,
    DraftVersion,
    Route,
    now,
)
from promosms.services.campaigns import addressed, draft_versions
from promosms.services.campaigns.follow_ups import FollowUp
from promosms.services.installation import defaults
from promosms.services.senders import chosen

_KEY = re.compile(r"[0-9a-f]{20}")


class NotDraft(Exception):
    """The campaign is no longer a draft: it was launched."""


class ChangedElsewhere(Exception):
    """The draft was saved in another window after this window had opened it."""


@dataclass(frozen=True)
class Draft:
    """What the user typed: name, text, time and audience."""

    name: str = ""
    text: str = ""
    kind: str = CampaignKind.PROMOTIONAL
    opt_out_line: bool = True
    language: str = "en"
    plain_details: bool = False
    planned_time: str = ""
    planned_zone: str = ""
    latest_hours: int = LATEST_HOURS
    short_links: bool = False
    sender: str = ""
    """The public id of a name; empty for the sender of the route."""
    route: str = ""
    """The code of a route; empty for the default one."""
    everyone: bool = False
    lists: list[str] = field(default_factory=list)  # public ids, as all that follow
    segments: list[str] = field(default_factory=list)
    without_lists: list[str] = field(default_factory=list)
    without_segments: list[str] = field(default_factory=list)
    follow_up: FollowUp | None = None


def create(account: Account, draft: Draft, key: str) -> Campaign:
    """A new draft. The same key again (a double click) returns the same draft."""
    try:
        return _create(account, draft, key)
    except IntegrityError:
        # A concurrent request with the same key has committed first: use its draft.
        return _create(account, draft, key)


def _create(account: Account, draft: Draft, key: str) -> Campaign:
    with transaction() as session:
        existing = _of_key(session, key)
        if (
            existing
            and existing.account_id == account.id
            and existing.status == CampaignStatus.DRAFT
        ):
            draft_versions.keep(session, existing, vars(draft), key, autosave=True)
            write(existing, draft)
            return existing
        campaign = Campaign(account_id=account.id, route_id=defaults.default_route().id)
        if existing is None and _KEY.fullmatch(key):
            campaign.public_id = key
        session.add(campaign)
        session.flush()
        write(campaign, draft)
    return campaign


def _of_key(session: Session, key: str) -> Campaign | None:
    if not _KEY.fullmatch(key):
        return None
    query = select(Campaign).where(Campaign.public_id == key).with_for_update()
    with row_security.bypass("a key that another account has cannot be taken"):
        return session.scalar(query)


def update(
    campaign: Campaign, draft: Draft, seen: str, window: str = "", *, autosave: bool = False
) -> None:
    """Save a draft; `seen` is its stamp at the time the user opened it.

    What stood there is kept as a version; `window` is the key of the page that saves. Raises
    NotDraft when it was launched, ChangedElsewhere when it was saved in between.
    """
    with transaction() as session:
        _lock_draft(campaign)
        if stamp(campaign) != seen and not _is_unchanged(campaign, draft):
            raise ChangedElsewhere
        draft_versions.keep(session, campaign, vars(draft), window, autosave=autosave)
        write(campaign, draft)


def plan(campaign: Campaign, planned_time: str, zone: str) -> None:
    """Choose the time on the clocks of `zone` at which a draft starts (`Campaign.planned_time`).

    Raises NotDraft.
    """
    with transaction():
        _lock_draft(campaign)
        campaign.planned_time, campaign.planned_zone = planned_time, zone


def restore(campaign: Campaign, version: DraftVersion) -> None:
    """Bring an earlier version back; what stands there becomes a version. Raises NotDraft."""
    with transaction() as session:
        _lock_draft(campaign)
        draft = replace(
            read(campaign), **{name: getattr(version, name) for name in draft_versions.KEPT}
        )
        draft_versions.keep(session, campaign, vars(draft), "")
        write(campaign, draft)


def remove(campaign: Campaign) -> None:
    """Delete a draft. Raises NotDraft: launched campaigns stay for the accounts."""
    with transaction() as session:
        _lock_draft(campaign)
        session.delete(campaign)


def duplicate(campaign: Campaign, name: str) -> Campaign:
    """A new draft with text and audience of a campaign, without its time and whom it followed."""
    account = db.session.get_one(Account, campaign.account_id)
    draft = replace(read(campaign), name=name, follow_up=None)
    return create(account, replace(draft, planned_time="", planned_zone=""), key="")


def begin(account: Account, draft: Draft) -> Campaign:
    """A new draft with a text that was kept, under the sender that the account chose last."""
    last = last_sender(account)
    return create(account, replace(draft, sender=last.sender, route=last.route), key="")


def read(campaign: Campaign) -> Draft:
    """The name, text and audience of a campaign, as typed."""
    to = addressed.of(campaign)
    on_top = chosen.of(campaign.route_id, campaign.sender_id)
    return Draft(
        name=campaign.name,
        text=campaign.text,
        kind=campaign.kind,
        opt_out_line=campaign.opt_out_line,
        language=campaign.language,
        plain_details=campaign.plain_details,
        planned_time=campaign.planned_time,
        planned_zone=campaign.planned_zone,
        latest_hours=campaign.latest_hours,
        short_links=campaign.short_links,
        sender=on_top.own.sender.public_id if on_top.own else "",
        route="" if on_top.route.is_default else on_top.route.code,
        everyone=campaign.everyone,
        lists=[one.public_id for one in to.chosen.lists],
        segments=[one.public_id for one in to.chosen.segments],
        without_lists=[one.public_id for one in to.without.lists],
        without_segments=[one.public_id for one in to.without.segments],
        follow_up=to.follow_up,
    )


def stamp(campaign: Campaign) -> str:
    """The time of the last save, to detect a change in another window."""
    return campaign.updated_at.isoformat()


def last_language(account: Account) -> str:
    """The language of the opt-out line that the account chose last; empty before its first text."""
    query = (
        select(Campaign.language)
        .where(Campaign.account_id == account.id)
        .order_by(Campaign.id.desc())
        .limit(1)
    )
    return db.session.scalar(query) or ""


def last_sender(account: Account) -> Draft:
    """The sender and the route that the account chose last, as far as it may choose them now."""
    query = select(Campaign).where(Campaign.account_id == account.id)
    last = db.session.scalar(query.order_by(Campaign.id.desc()).limit(1))
    on_top = chosen.of(last.route_id, last.sender_id) if last else chosen.find(account.id, "", "")
    own = on_top.own if on_top.own and chosen.is_usable(on_top.own) else None
    if on_top.route not in chosen.routes() or (own and not on_top.route.names):
        return Draft()
    return Draft(
        sender=own.sender.public_id if own else "",
        route="" if on_top.route.is_default else on_top.route.code,
    )


def _lock_draft(campaign: Campaign) -> None:
    db.session.refresh(campaign, with_for_update=True)
    if campaign.status != CampaignStatus.DRAFT:
        raise NotDraft


def _is_unchanged(campaign: Campaign, draft: Draft) -> bool:
    """Is the draft the same as the stored one?"""
    stored = read(campaign)
    return _sorted(stored) == _sorted(draft)


def _sorted(draft: Draft) -> Draft:
    return replace(
        draft,
        lists=sorted(draft.lists),
        segments=sorted(draft.segments),
        without_lists=sorted(draft.without_lists),
        without_segments=sorted(draft.without_segments),
    )


def write(campaign: Campaign, draft: Draft) -> None:
    """Store what was typed in a draft, or in the template of an automation, in a transaction."""
    campaign.name = draft.name[:100]
    campaign.text = draft.text
    campaign.kind = draft.kind
    campaign.opt_out_line = draft.opt_out_line
    campaign.language = draft.language
    campaign.plain_details = draft.plain_details
    campaign.planned_time, campaign.planned_zone = draft.planned_time, draft.planned_zone
    campaign.latest_hours = draft.latest_hours
    campaign.short_links = draft.short_links
    _choose_sender(campaign, draft)
    campaign.everyone = draft.everyone
    if draft.follow_up is not None:
        campaign.follow_up_of = draft.follow_up.original
        campaign.follow_up_kind = draft.follow_up.kind
    campaign.updated_at = _later(campaign.updated_at)
    _address(campaign, draft)


def _choose_sender(campaign: Campaign, draft: Draft) -> None:
    """Choose the route and the name; of the routes only those that are offered, or this one."""
    current = db.session.get_one(Route, campaign.route_id).code
    on_top = chosen.find(campaign.account_id, draft.route, draft.sender, current)
    campaign.route_id = on_top.route.id
    campaign.sender_id = on_top.own.sender.id if on_top.own else None


def _address(campaign: Campaign, draft: Draft) -> None:
    for model in (CampaignList, CampaignSegment):
        db.session.execute(delete(model).where(model.campaign_id == campaign.id))
    own = {"campaign_id": campaign.id, "account_id": campaign.account_id}
    for excluded, lists, segments in (
        (False, draft.lists, draft.segments),
        (True, draft.without_lists, draft.without_segments),
    ):
        chosen = addressed.chosen(campaign.account_id, lists, segments)
        for recipient_list in chosen.lists:
            db.session.add(CampaignList(list_id=recipient_list.id, excluded=excluded, **own))
        for segment in chosen.segments:
            db.session.add(CampaignSegment(segment_id=segment.id, excluded=excluded, **own))


def _later(previous: datetime | None) -> datetime:
    """The current time, but later than `previous`: each save must change the stamp."""
    moment = now()
    return moment if previous is None or moment > previous else previous + timedelta(microseconds=1)
