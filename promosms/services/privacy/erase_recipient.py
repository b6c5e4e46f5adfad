"""Erasing one recipient: deletes everything of one number from an account, as an erasure does.

Counters, prices and the suppression stay: reports and the ledger add up as before, and a recipient
who opted out is not texted again. The worker then overwrites the files of the database.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, String, and_, cast, delete, literal, select
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    BadRow,
    GatewayInboxRow,
    Guest,
    Import,
    InboundMessage,
    InboxKind,
    Message,
    MessageStatus,
    Recipient,
)
from promosms.services.audit import log as audit_log
from promosms.services.gateways import simulated_phone
from promosms.services.imports import files as import_files
from promosms.services.imports import imports
from promosms.services.inbox import gateway_inbox
from promosms.services.privacy import erasure_journal, purge_messages
from promosms.services.privacy import export as account_export
from promosms.services.recipients import recipients
from promosms.services.sending import opt_outs

ERASE = "recipient.erase"
TABLES = (
    *("recipients", "list_recipients", "messages", "message_parts", "inbound_messages"),
    *("gateway_inbox", "bad_rows", "guests", "account_exports"),
)
"""Tables that may have lost rows; their files are overwritten."""
NATIONAL = 7  # a refused row is found by so many last digits of the number


class StillActive(Exception):
    """A text to the number is being sent, or an unfinished import contains it."""


def erase(account: Account, recipient: Recipient, actor: str) -> None:
    """Erase a recipient; raises StillActive, then nothing is changed."""
    account_id, public_id, number = account.id, account.public_id, recipient.phone
    name = erasure_journal.recipient_name(public_id, recipient.public_id)
    recipient_id = recipient.id
    with row_security.bypass("all accounts share the gateway inbox"):
        gateway_inbox.apply_batch()
    if _is_in_import(account_id, number):
        raise StillActive
    opt_outs.alone(account_id, number, lambda session: _stop(session, account_id, number))
    erasure_journal.note(erasure_journal.Kind.RECIPIENT, [name])
    _purge(account_id, number)
    with transaction() as session:
        recipients.delete_ids(session, [recipient_id])
        _forget(session, account_id, number)
        audit_log.record(actor, ERASE, public_id)
    account_export.forget_file(account_id)
    if simulated_phone.gateway_settings()["path"].exists():
        simulated_phone.store().forget([], [number])
        simulated_phone.store().overwrite()


def _stop(session: Session, account_id: int, number: str) -> None:
    sending = Message.status == MessageStatus.SENDING
    query = select(Message.id).where(_messages(account_id, number), sending).limit(1)
    if session.scalar(query) is not None:
        raise StillActive
    opt_outs.skip_waiting(session, account_id, [number], opt_outs.DELETED)


def _purge(account_id: int, number: str) -> None:
    """Turn its messages into counts, as after the retention time; unsettled ones lose their number.

    An unsettled message has held money that is still to be released.
    """
    messages = _messages(account_id, number)
    query = select(Message.campaign_id, Message.id).where(
        messages, Message.status.in_(MessageStatus.FINAL | {MessageStatus.SENT})
    )
    for campaign_id, message_id in db.session.execute(query).all():
        if campaign_id is not None:
            purge_messages.at_once(campaign_id, [message_id])
    if simulated_phone.gateway_settings()["path"].exists():
        ids = db.session.scalars(select(Message.id).where(messages))
        simulated_phone.store().forget([str(message_id) for message_id in ids], [])
    with transaction() as session:
        single = Message.campaign_id.is_(None), Message.status != MessageStatus.SENDING
        ids = session.scalars(select(Message.id).where(messages, *single).with_for_update())
        purge_messages.delete_messages(session, ids.all())
        session.execute(
            update_rows(Message)
            .where(messages, Message.status != MessageStatus.SENDING)
            .values(phone=literal("x") + cast(Message.id, String), text="", encrypted_text=None)
        )


def _forget(session: Session, account_id: int, number: str) -> None:
    for model in (InboundMessage, Guest):
        session.execute(delete(model).where(model.account_id == account_id, model.phone == number))
    bare = number.lstrip("+")
    replies = GatewayInboxRow.kind == InboxKind.INBOUND, GatewayInboxRow.account_id == account_id
    session.execute(
        delete(GatewayInboxRow).where(*replies, GatewayInboxRow.phone.in_((number, bare)))
    )
    rows = session.execute(select(BadRow.id, BadRow.content).where(BadRow.account_id == account_id))
    same = [row.id for row in rows if _digits(number)[-NATIONAL:] in _digits(row.content)]
    session.execute(delete(BadRow).where(BadRow.id.in_(same)))


def _messages(account_id: int, number: str) -> ColumnElement[bool]:
    return and_(Message.phone == number, Message.account_id == account_id)


def _is_in_import(account_id: int, number: str) -> bool:
    """Does the file of an unfinished import hold the number? It would add the recipient again."""
    end = _digits(number)[-NATIONAL:]
    query = select(Import.stored_as).where(
        Import.account_id == account_id, Import.status.not_in(imports.ENDED)
    )
    return any(end in line for name in db.session.scalars(query) for line in _digits_of_file(name))


def _digits_of_file(name: str) -> Iterator[str]:
    path = import_files.path(name)
    if path.exists():
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from (_digits(line) for line in file)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
