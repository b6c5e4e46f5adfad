"""What an owner has chosen: e-mails about replies at once, once a day, or none."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import wall_clock
from promosms.models import Account, InboundMessage, ReplyDetail, ReplyEmails, ReplyMode, now

MORNING = 8


@dataclass(frozen=True)
class Choice:
    """Without a `mode` none is written. `hour` is that of the daily one."""

    mode: ReplyMode | None = None
    detail: ReplyDetail = ReplyDetail.BEGINNING
    hour: int = MORNING


def of(account_id: int) -> Choice:
    """What an account has chosen."""
    row = db.session.get(ReplyEmails, account_id)
    if row is None:
        return Choice()
    return Choice(ReplyMode(row.mode), ReplyDetail(row.detail), row.hour)


def save(account_id: int, choice: Choice) -> None:
    """Save the choice. Replies that came before are told of by no e-mail."""
    with transaction() as session:
        # In this order, as whoever writes the e-mail: the other one could be a deadlock.
        session.get(ReplyEmails, account_id, with_for_update=True, populate_existing=True)
        account = session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
        if choice.mode is None:
            session.execute(delete_rows(ReplyEmails).where(ReplyEmails.account_id == account_id))
            return
        row = session.get(ReplyEmails, account_id) or ReplyEmails(account_id=account_id, told_id=0)
        row.mode, row.detail, row.hour = choice.mode, choice.detail, choice.hour
        newest = select(func.max(InboundMessage.id)).where(InboundMessage.account_id == account_id)
        row.told_id = max(row.told_id, session.scalar(newest) or 0)
        row.next_at = now() if choice.mode == ReplyMode.EACH else next_time(account, choice.hour)
        session.add(row)


def move(session: Session, account_id: int, before: ZoneInfo, after: ZoneInfo) -> None:
    """Plan the daily e-mail by other clocks: the same day, and the same hour."""
    row = session.get(ReplyEmails, account_id, with_for_update=True, populate_existing=True)
    if row is not None and row.mode == ReplyMode.DAILY:
        day = row.next_at.astimezone(before).date()
        row.next_at = wall_clock.moment(datetime.combine(day, time(row.hour)), after)


def next_time(account: Account, hour: int, after: datetime | None = None) -> datetime:
    """When the clocks of an account show this hour next, once a day also when they are changed."""
    moment, zone = after or now(), ZoneInfo(account.timezone)
    today = moment.astimezone(zone).date()
    days = (today + timedelta(days=number) for number in range(3))
    times = (wall_clock.moment(datetime.combine(day, time(hour)), zone) for day in days)
    return next(at for at in times if at > moment)
