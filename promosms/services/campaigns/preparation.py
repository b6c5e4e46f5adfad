"""Preparation: inserts the messages of a launched campaign and holds their price."""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from promosms.db.transactions import has_room, lengthen_log, on_sqlite, transaction, writing
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Message,
    MessageStatus,
    Priority,
    now,
)
from promosms.services.accounts import trial
from promosms.services.campaigns import (
    affordability,
    audience,
    departure,
    message_rows,
    occasions,
    schedule,
)
from promosms.services.campaigns.estimates import Estimate, MessageDraft
from promosms.services.campaigns.guard import StopReason
from promosms.services.campaigns.launch_problems import LaunchProblem
from promosms.services.ledger import ledger
from promosms.services.links import links
from promosms.services.payments import balance_alerts
from promosms.services.senders import answerable, availability, chosen
from promosms.services.sending import counters, cursors, deletions, quiet_hours
from promosms.services.webhooks import noting

MANY = 20_000
"""So many new messages change which way PostgreSQL finds them."""


def prepare(
    campaign_id: int,
    seconds: float = time_slice.ALONE,
    others_wait: Callable[[], bool] = time_slice.nobody,
) -> CampaignStatus | None:
    """Insert the messages page by page, then hold their price and open the campaign for sending.

    It may be killed and run again at any point: each page is one transaction, which also moves the
    cursor, so a second worker finds the page already done. Returns the final status: PREPARING
    when the time slice ends before the work does.
    """
    over = time_slice.begin(seconds, others_wait)
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None or campaign.status != CampaignStatus.PREPARING:
        return None
    if _may_not(campaign_id):
        return CampaignStatus.BLOCKED
    flash = chosen.of(campaign.route_id, None).route.flash
    start, room = campaign.cursor, has_room()
    if start == 0 and schedule.is_late(campaign):  # no worker was there in time
        schedule.ask(campaign, LaunchProblem.LATE, CampaignStatus.PREPARING)
        return CampaignStatus.BLOCKED
    if start == 0 and (estimate := affordability.unaffordable(campaign)):
        blocked = _block(campaign_id, estimate)
        if blocked != CampaignStatus.PREPARING:
            return blocked
    writer = links.writer(campaign, opt_out=answerable.has_link(campaign))
    # SQLite works inside this process: a second thread would only compete with the first.
    read_pages = audience.read_pages if on_sqlite() or writing() else audience.read_pages_ahead
    for page in read_pages(campaign, start):
        if not _insert_page(campaign_id, start, _with_links(writer, page), flash=flash, room=room):
            return None
        start = page[-1].recipient_id
        if over():
            return CampaignStatus.PREPARING
    _tell_planner(campaign)
    return _open(campaign_id, start)


def _tell_planner(campaign: Campaign) -> None:
    """Let PostgreSQL see now how many messages a large campaign has.

    By itself it looks after a minute. Until then a page of its report would read all of them.
    """
    db.session.refresh(campaign)
    if campaign.n_queued > MANY and not on_sqlite():
        with transaction() as session:
            session.execute(text("ANALYZE (SKIP_LOCKED) messages (campaign_id, account_id)"))


def _block(campaign_id: int, estimate: Estimate) -> CampaignStatus | None:
    """Block a campaign before its first message; PREPARING if it can be paid after all."""
    with transaction() as session:
        campaign = _still_preparing(session, campaign_id, 0)
        if campaign is None:
            return None
        agreed = estimate.total <= campaign.agreed_price
        missing = estimate.total - affordability.available(campaign) if agreed else 0
        if agreed and missing <= 0:  # money came at this moment
            return CampaignStatus.PREPARING
        campaign.status, campaign.updated_at = CampaignStatus.BLOCKED, now()
        campaign.total_price, campaign.missing = estimate.total, missing
        campaign.audience = estimate.everybody
        if missing:
            balance_alerts.blocked(campaign)
        return CampaignStatus.BLOCKED


def _may_not(campaign_id: int) -> bool:
    """Block a campaign that may not be sent under its sender; is it blocked?"""
    with transaction() as session:
        query = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
        campaign = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if campaign is None or campaign.status != CampaignStatus.PREPARING:
            return False
        if availability.why_not(session, campaign) is None:
            return False
        campaign.status, campaign.updated_at = CampaignStatus.BLOCKED, now()
        campaign.missing = 0
        # Whoever continues it agrees to this price; it is counted anew at the end.
        campaign.total_price = max(campaign.total_price, campaign.agreed_price)
        return True


def waiting() -> list[int]:
    """Ids of campaigns that wait for their preparation."""
    query = select(Campaign.id).where(Campaign.status == CampaignStatus.PREPARING)
    return list(db.session.scalars(query.order_by(Campaign.id)))


def _insert_page(
    campaign_id: int, start: int, page: Sequence[MessageDraft], *, flash: bool, room: bool = False
) -> bool:
    with transaction() as session:
        if room:
            lengthen_log(session)
        deletions.keep_away(session, campaign_id)
        campaign = _still_preparing(session, campaign_id, start)
        if campaign is None:
            return False
        there = _first_time(session, campaign, _still_there(session, page))
        new = _insert(session, campaign, there, flash)
        queued = [draft for draft in new if not draft.reason]
        changes = {MessageStatus.QUEUED: len(queued), MessageStatus.SKIPPED: len(new) - len(queued)}
        counters.move(session, campaign_id, changes)
        if start == 0:  # of an earlier try that was blocked
            campaign.total_price = campaign.n_parts = 0
        campaign.cursor = page[-1].recipient_id
        campaign.total_price += sum(draft.price for draft in queued)
        campaign.n_parts += sum(draft.parts for draft in queued)
    return True


def _with_links(writer: links.Writer, page: Sequence[MessageDraft]) -> Sequence[MessageDraft]:
    """A page whose texts have the short links of their recipients."""
    people = [draft.recipient_id for draft in page]
    texts = writer.write([draft.text for draft in page], people)
    pairs = zip(page, texts, strict=True)
    return [draft._replace(text=text) if text else draft for draft, text in pairs]


def _still_there(session: Session, page: Sequence[MessageDraft]) -> Sequence[MessageDraft]:
    """A page without those who were deleted since it was read: they get no text and no message."""
    gone = deletions.gone(session, [draft.recipient_id for draft in page])
    return [draft for draft in page if draft.recipient_id not in gone] if gone else page


def _first_time(
    session: Session, campaign: Campaign, page: Sequence[MessageDraft]
) -> Sequence[MessageDraft]:
    """A page without those whose occasion an automation has texted before."""
    if campaign.automation_id is None:
        return page
    new = occasions.take(session, campaign, [draft.recipient_id for draft in page])
    return [draft for draft in page if draft.recipient_id in new]


def _insert(
    session: Session, campaign: Campaign, page: Sequence[MessageDraft], flash: bool
) -> Sequence[MessageDraft]:
    """Insert a page, except numbers that already have a message; returns the inserted drafts.

    A number can already have one when its recipient was deleted and added again meanwhile.
    """
    shared = (campaign.account_id, campaign.id, Priority.CAMPAIGN.value, flash)
    try:
        with session.begin_nested():
            message_rows.insert(session, shared, page)
        return page
    except message_rows.DuplicateMessage:
        phones = [draft.phone for draft in page]
        query = select(Message.phone).where(
            Message.campaign_id == campaign.id, Message.phone.in_(phones)
        )
        texted = set(session.scalars(query))
        new = [draft for draft in page if draft.phone not in texted]
        message_rows.insert(session, shared, new)
        return new


def _open(campaign_id: int, start: int) -> CampaignStatus | None:
    with transaction() as session:
        campaign = _still_preparing(session, campaign_id, start)
        if campaign is None:
            return None
        # Read before the campaign changes: a second UPDATE of its row in one transaction would lock
        # the account for its foreign key, and then `trial.take` could only deadlock.
        on_trial = trial.on_trial(session.get_one(Account, campaign.account_id))
        bound = quiet_hours.bind(campaign)
        # Recipients who opted out meanwhile are no longer queued: hold only what will be sent.
        rows = session.execute(
            select(
                *(Message.gateway_id, func.sum(Message.price), func.count()),
                *(func.min(Message.id), func.max(Message.id), Message.country),
            )
            .where(Message.campaign_id == campaign_id, Message.status == MessageStatus.QUEUED)
            .group_by(Message.gateway_id, Message.country)
        ).all()
        total, number = sum(int(row[1]) for row in rows), sum(row[2] for row in rows)
        links.prepared(session, campaign_id)
        campaign.send_cursors = cursors.initial((row[0], row[3], row[4]) for row in rows if row[0])
        campaign.countries = sorted({row[5] for row in rows}) if bound else []
        campaign.pace_size, campaign.pace_seconds = departure.pace_of(campaign, number) or (0, 0)
        campaign.total_price = total
        prepared = campaign.n_queued + campaign.n_skipped
        campaign.not_guests = max(campaign.audience - prepared, 0) if on_trial else 0
        campaign.audience = prepared
        if availability.why_not(session, campaign, lock=True) is None:
            campaign.status = _hold(session, campaign, total, number)
        else:
            campaign.status, campaign.missing = CampaignStatus.BLOCKED, 0
        campaign.updated_at = now()
        return CampaignStatus(campaign.status)


def _hold(session: Session, campaign: Campaign, total: int, number: int) -> CampaignStatus:
    campaign.missing = 0
    if not number:
        campaign.finished_at = now()
        ended = [(campaign.account_id, campaign.id)]
        noting.note_campaigns(session, ended, CampaignStatus.FINISHED)
        return CampaignStatus.FINISHED
    if total > campaign.agreed_price:
        return CampaignStatus.BLOCKED
    try:
        trial.take(session, campaign.account_id, number)
        ledger.hold(campaign.account_id, campaign.id, total)
    except trial.DayIsFull:
        return CampaignStatus.BLOCKED
    except ledger.OverMonthlyLimit:
        campaign.stopped_why = StopReason.MONTH
        return CampaignStatus.BLOCKED
    except ledger.InsufficientBalance as problem:
        campaign.missing = problem.missing
        balance_alerts.blocked(campaign)
        return CampaignStatus.BLOCKED
    return CampaignStatus.SENDING


def _still_preparing(session: Session, campaign_id: int, start: int) -> Campaign | None:
    query = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
    campaign = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if campaign is None or campaign.cursor != start:
        return None
    return campaign if campaign.status == CampaignStatus.PREPARING else None
