"""Writing the e-mails about replies: the tick asks who is due, and each is written once."""

from datetime import timedelta
from functools import partial

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AccountStatus, InboundMessage, ReplyEmails, ReplyMode, now
from promosms.services.inbox import replies
from promosms.services.mail import notify
from promosms.services.reply_emails import emails, preferences, words

TOGETHER = timedelta(minutes=10)
"""After an e-mail: the replies that come meanwhile are in the next one together."""
BATCH = 200


def write_due() -> None:
    """Write the e-mails that are due, each in its own transaction."""
    news = select(InboundMessage.id).where(
        InboundMessage.account_id == ReplyEmails.account_id,
        InboundMessage.id > ReplyEmails.told_id,
        words.waits(),
    )
    query = (
        select(ReplyEmails.account_id)
        .join(Account, Account.id == ReplyEmails.account_id)
        .where(ReplyEmails.next_at <= now(), Account.status == AccountStatus.ACTIVE)
        .where(or_(ReplyEmails.mode == ReplyMode.DAILY, news.exists()))
    )
    for account_id in db.session.scalars(query.limit(BATCH)).all():
        write(account_id)


def write(account_id: int) -> bool:
    """Write to the owner of an account if that is due; whether something was written.

    Of two processes one finds the row changed. Without news there is no e-mail, also once a day.
    """
    with transaction() as session:
        row = session.get(ReplyEmails, account_id, with_for_update=True, populate_existing=True)
        if row is None or row.next_at > now():
            return False
        daily = row.mode == ReplyMode.DAILY
        if daily:
            account = session.get_one(Account, account_id)
            row.next_at = preferences.next_time(account, row.hour)
        told_id, (number, newest_id) = row.told_id, _news(session, row)
        if not number:
            return False
        row.told_id = newest_id
        text = partial(emails.new_replies, number)
        if daily:
            number = max(number, replies.count_waiting(account_id))
            told_id, text = 0, partial(emails.unread_replies, number)
        else:
            row.next_at = now() + TOGETHER
        notify.tell_owner(account_id, text, of_replies=(told_id, newest_id))
        return True


def _news(session: Session, row: ReplyEmails) -> tuple[int, int]:
    """How many replies wait of which nobody was told, up to a thousand, and the newest of them."""
    some = (
        select(InboundMessage.id)
        .where(
            InboundMessage.account_id == row.account_id,
            InboundMessage.id > row.told_id,
            words.waits(),
        )
        .order_by(InboundMessage.id.desc())
        .limit(replies.MOST_COUNTED)
        .subquery()
    )
    found = session.execute(select(func.count(), func.max(some.c.id)).select_from(some)).one()
    return found[0], found[1] or 0
