"""Inbound messages: which accounts they belong to, and what they ask for.

A reply belongs to the account that was the last to text this phone from the number that the reply
went to. There may be none: the sender was a name, or the provider showed another number. Then
- an opt-out counts for every account that texted this phone by this gateway within 30 days, or has
  a text to it queued; if there is none, for the last one before. We cannot know which account is
  meant. The law asks us to accept an objection in any form. A text too few is allowed, a lost
  opt-out is not, and START takes it back. If an account has deleted the numbers of old messages,
  the opt-out counts if the phone is one of its recipients.
- START is dropped, because consent must be certain, and so are other texts.
A keyword of a sign-up form belongs to the account of the form, whoever has texted this phone.
An opt-out that belongs to no account is kept for the admins (`unmatched.py`). Nothing else is
stored about people whom no account has texted.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from promosms.models import (
    Account,
    InboundKind,
    InboundMessage,
    InboxKind,
    Message,
    MessageCount,
    MessageStatus,
    Recipient,
    SignUpForm,
    SuppressionSource,
    WebhookEvent,
    now,
)
from promosms.services.inbox import auto_replies, conversation_rows
from promosms.services.inbox.concatenation import Reply
from promosms.services.inbox.inbox_rows import INBOX
from promosms.services.recipients import activity, held_replies, recipients
from promosms.services.sending import opt_outs
from promosms.services.sending.opt_outs import Evidence
from promosms.services.sign_ups import keywords
from promosms.services.webhooks import noting
from promosms.sms.keywords import Keyword, recognise

KINDS = {
    Keyword.STOP: InboundKind.STOP,
    Keyword.START: InboundKind.START,
    Keyword.HELP: InboundKind.HELP,
    Keyword.HOLD: InboundKind.HOLD,
    Keyword.NOTHING: InboundKind.REPLY,
}
SOURCES = {
    InboundKind.STOP: SuppressionSource.KEYWORD,
    InboundKind.HOLD: SuppressionSource.HELD,
}
STOPPING = tuple(SOURCES)
RECENTLY = timedelta(days=30)
MOST = 1000  # newest texts to one phone that are read


def kind_of(reply: Reply) -> InboundKind:
    """What a reply asks for."""
    return KINDS[recognise(reply.text)]


def accounts_of(session: Session, reply: Reply) -> tuple[InboundKind, list[int]]:
    """What a reply asks for, and the accounts that it belongs to: none, one, or several."""
    kind = kind_of(reply)
    accounts = _addressed(session, reply)
    if kind in STOPPING and reply.account_id is None:
        accounts = accounts or _texted_lately(session, reply)
        accounts = list(
            dict.fromkeys((*accounts, *_numbers_deleted(session, reply, bool(accounts))))
        )
    return kind, accounts


def _addressed(session: Session, reply: Reply) -> list[int]:
    if reply.account_id is not None:
        return [reply.account_id]
    query = select(Message.account_id).where(
        Message.phone == reply.phone,
        Message.sender == reply.inbound_number,
        Message.status.in_(MessageStatus.POSSIBLY_SUBMITTED),
    )
    return list(session.scalars(query.order_by(Message.id.desc()).limit(1)))


def _texted_lately(session: Session, reply: Reply) -> list[int]:
    """Accounts that texted this phone by this gateway lately, the last one first."""
    query = select(Message.account_id, Message.created_at).where(
        Message.phone == reply.phone,
        Message.gateway_id == reply.gateway_id,
        # Also a first text that is still queued: the recipient may expect it.
        Message.status.in_(MessageStatus.POSSIBLY_SUBMITTED | {MessageStatus.QUEUED}),
    )
    rows = session.execute(query.order_by(Message.id.desc()).limit(MOST)).all()
    recent = [row for row in rows if now() - row.created_at < RECENTLY] or rows[:1]
    return list(dict.fromkeys(row.account_id for row in recent))


def _numbers_deleted(session: Session, reply: Reply, others: bool) -> list[int]:
    """Accounts that may have texted this phone, but have deleted the numbers of old messages.

    The phone is one of their recipients. If `others` were found, only accounts that delete
    numbers within the 30 days: without deletion they would have been found too.
    """
    query = select(Account.id).where(
        exists().where(MessageCount.account_id == Account.id),
        exists().where(Recipient.account_id == Account.id, Recipient.phone == reply.phone),
    )
    if others:
        query = query.where(Account.retention_days < RECENTLY.days)
    return list(session.scalars(query.order_by(Account.id)))


def copy_for_accounts(session: Session, reply: Reply, accounts: Sequence[int]) -> None:
    """Make an inbox row for each account, because each is applied under the lock of its account."""
    moment = now()
    rows = [
        {
            "account_id": account_id,
            "gateway_id": reply.gateway_id,
            "kind": InboxKind.INBOUND,
            "reference": reply.reference,
            "phone": reply.phone,
            "inbound_number": reply.inbound_number,
            "text": reply.text,
            "received_at": reply.received_at,
            "next_attempt_at": moment,
        }
        for account_id in accounts
    ]
    if rows:
        session.execute(insert(INBOX), rows)


def sign_up_form(session: Session, reply: Reply) -> SignUpForm | None:
    """The form that a reply signs its sender up by, whoever has texted them before.

    Only with a number that is certain: it is a consent.
    """
    if reply.address:
        return None
    form = keywords.form_of(session, reply.phone, reply.text)
    elsewhere = form is not None and reply.account_id not in (None, form.account_id)
    return None if elsewhere else form


def store_reply(
    session: Session,
    account_id: int,
    reply: Reply,
    kind: InboundKind,
    form_id: int | None = None,
) -> InboundMessage | None:
    """Store a reply for its account, once, and queue an auto reply to STOP and HELP.

    Returns None if it was stored before.

    The opt-out of STOP and HOLD is stored before. HOLD, perhaps an opt-out in other words,
    is not confirmed: a person reads it first (`held_replies`). START has no auto reply. With
    `form_id` the sender joins the list of that sign-up form, see `keywords.lock`.
    """
    if is_stored(session, account_id, reply):
        return None
    if kind == InboundKind.START:
        opt_outs.lift(account_id, reply.phone)
        held_replies.settle(session, account_id, reply.phone)
    if form_id is not None:
        keywords.take(session, form_id, _texted(reply))
    message = InboundMessage(
        account_id=account_id,
        recipient=recipients.owner_of(session, account_id, reply.phone),
        phone=reply.phone,
        text=reply.text[: opt_outs.MOST_TEXT],
        kind=kind,
        reference=reply.reference,
        gateway_id=reply.gateway_id,
        inbound_number=reply.inbound_number,
        received_at=reply.received_at,
    )
    session.add(message)
    session.flush()
    conversation_rows.received(session, message)
    happening = noting.Happening(account_id, WebhookEvent.REPLY_RECEIVED, message.id, word=kind)
    noting.note(session, [happening])
    activity.replied(session, account_id, reply.phone, reply.received_at)
    if kind == InboundKind.STOP:
        auto_replies.confirm_stop(session, account_id, reply)
    elif kind == InboundKind.HELP:
        auto_replies.reply_to_help(session, account_id, reply)
    return message


def _texted(reply: Reply) -> keywords.Texted:
    number, gateway_id = reply.inbound_number[:16], reply.gateway_id
    return keywords.Texted(reply.phone, number, reply.text, gateway_id, reply.received_at)


def evidence_of(reply: Reply) -> Evidence:
    """What of a reply proves an opt-out."""
    return Evidence(reply.text, reply.inbound_number, reply.received_at)


def is_stored(session: Session, account_id: int, reply: Reply) -> bool:
    """Was it stored before? A gateway may report it twice."""
    query = select(InboundMessage.id).where(
        InboundMessage.account_id == account_id,
        InboundMessage.phone == reply.phone,
        InboundMessage.reference == reply.reference,
    )
    return bool(reply.reference) and session.scalar(query.limit(1)) is not None
