"""Erasing one person: deletes everything of a number from an account, as an erasure does.

The number may belong to a recipient, to a former one, or to nobody who ever was one. Counters,
prices and the suppression stay: reports and the ledger add up as before, and somebody who opted out
is not texted again. The worker then overwrites the files of the database.
"""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import String, cast, delete, func, literal, select
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
    InboundMessage,
    Message,
    MessageStatus,
    Recipient,
    SandboxMessage,
    SignUp,
    SuppressionSource,
    now,
)
from promosms.services.audit import log as audit_log
from promosms.services.gateways import simulated_phone
from promosms.services.inbox import conversation_rows, gateway_inbox, unmatched
from promosms.services.privacy import erasure_journal, persons, purge_messages
from promosms.services.privacy import export as account_export
from promosms.services.privacy.persons import Person
from promosms.services.recipients import consents, recipients
from promosms.services.sending import opt_outs
from promosms.services.workbooks import workbooks

ERASE = "recipient.erase"
TABLES = (
    *("recipients", "list_recipients", "recipient_activity", "clicks", "automation_occasions"),
    *("messages", "message_parts", "inbound_messages", "conversations"),
    *("consents", "consent_changes"),
    *(
        "suppressions",
        "gateway_inbox",
        "unmatched_opt_outs",
        "bad_rows",
        "import_changes",
        "guests",
        "sign_ups",
        "account_exports",
        "workbooks",
        "api_messages",
        "sandbox_messages",
    ),
)
"""Tables that may have lost rows; their files are overwritten."""


class StillActive(Exception):
    """A text to the person is being sent, or an unfinished import has the number."""


def erase(account: Account, recipient: Recipient, actor: str) -> bool:
    """Erase a recipient; raises StillActive, then nothing is changed."""
    return erase_number(account, recipient.phone, actor)


def erase_number(account: Account, phone: str, actor: str) -> bool:
    """Erase everything of a number (E.164); False if there is nothing, which is not noted.

    Raises StillActive, then nothing is changed.
    """
    with row_security.bypass("all accounts share the gateway inbox"):
        gateway_inbox.apply_batch()
    return _erase(account, persons.find(account.id, phone), actor)


def erase_again(account: Account, phone: str, before: datetime) -> bool:
    """Erase what was stored of a number until a moment: it came back with a backup."""
    return _erase(account, persons.find(account.id, phone, before), "system", noted=True)


def erase_deleted_again(account: Account, public_id: str) -> bool:
    """Erase the texts and replies of a deleted recipient: they came back with a backup."""
    return _erase(account, persons.of_deleted(account.id, public_id), "system", noted=True)


def _erase(account: Account, person: Person, actor: str, *, noted: bool = False) -> bool:
    account_public_id = account.public_id
    found = persons.count(person)
    if not found.anything:
        return False
    if found.imports:
        raise StillActive
    opt_outs.alone(account.id, person.phone, lambda session: _stop(session, person))
    if not noted:
        erasure_journal.note_person(account_public_id, person.phone, person.recipients)
    _keep_wishes(person)
    _purge(person)
    with transaction() as session:
        opt_outs.lock(session, account.id)
        if person.recipient_id is not None:
            acts = consents.of_persons(session, [person.recipient_id], alone=False)
            recipients.delete_ids(session, [person.recipient_id])
            # A file may have said of this person alone where they agreed.
            consents.forget(session, acts - consents.referred(session, account.id))
        _forget(session, person)
        audit_log.record(actor, ERASE, account_public_id)
    with row_security.bypass("receipts that have found no text belong to no account"):
        gateway_inbox.forget_receipts(person.account_id, person.own, person.before)
    _purge(person)  # a campaign that is being prepared may have added a text meanwhile
    account_export.begin_again(person.account_id, actor)
    workbooks.forget(person.account_id)
    if simulated_phone.gateway_settings()["path"].exists():
        simulated_phone.store().forget([], person.own)
        simulated_phone.store().overwrite()
    return True


def _stop(session: Session, person: Person) -> None:
    """Skip what waits for the person; raises StillActive if a text is being sent."""
    texts = persons.messages(person)
    sending = select(Message.id).where(texts, Message.status == MessageStatus.SENDING)
    if session.scalar(sending.limit(1)) is not None:
        raise StillActive
    opt_outs.skip_texts(session, texts, opt_outs.DELETED, opt_outs.WITH_SIGN_UPS)


def _keep_wishes(person: Person) -> None:
    """A STOP that may be theirs, and waits for an admin, counts for this account from now on."""
    for number in person.own:
        with row_security.bypass("an unmatched opt-out belongs to no account"):
            is_wish = unmatched.forget_person(person.account_id, number)
        if is_wish:
            opt_outs.opt_out(person.account_id, number, SuppressionSource.REPLY)


def _purge(person: Person) -> None:
    """Turn the texts into counts, as after the retention time; unsettled ones lose their number.

    An unsettled message has held money that is still to be released.
    """
    texts = persons.messages(person)
    query = select(Message.campaign_id, Message.id).where(
        texts, Message.status.in_(MessageStatus.FINAL | {MessageStatus.SENT})
    )
    by_campaign: dict[int, list[int]] = defaultdict(list)
    for campaign_id, message_id in db.session.execute(query).all():
        if campaign_id is not None:
            by_campaign[campaign_id].append(message_id)
    for campaign_id, ids in by_campaign.items():
        purge_messages.at_once(campaign_id, ids)
    if simulated_phone.gateway_settings()["path"].exists():
        left = db.session.scalars(select(Message.id).where(texts))
        simulated_phone.store().forget([str(message_id) for message_id in left], [])
    with transaction() as session:
        single = Message.campaign_id.is_(None), Message.status != MessageStatus.SENDING
        rows = session.scalars(select(Message.id).where(texts, *single).with_for_update())
        purge_messages.delete_messages(session, rows.all())
        session.execute(
            update_rows(Message)
            .where(texts, Message.status != MessageStatus.SENDING)
            .values(
                phone=literal("x") + cast(Message.id, String),
                recipient=None,
                text="",
                encrypted_text=None,
            )
        )


def _forget(session: Session, person: Person) -> None:
    opt_outs.forget_words(session, person.account_id, person.own, person.before)
    own = select(InboundMessage.phone).where(persons.replies(person)).distinct()
    numbers = {person.phone, *session.scalars(own)}
    conversation_rows.lock(session, person.account_id, numbers)
    session.execute(delete(InboundMessage).where(persons.replies(person)))
    conversation_rows.refresh(session, person.account_id, numbers)
    session.execute(delete(GatewayInboxRow).where(persons.inbox(person)))
    session.execute(  # without its number a guest still takes a place for a day
        update_rows(Guest)
        .where(persons.guests(person))
        .values(
            phone=literal("x") + cast(Guest.id, String),
            removed_at=func.coalesce(Guest.removed_at, now()),
            confirmed_at=None,
            code_hash="",
        )
    )
    session.execute(delete(SignUp).where(persons.sign_ups(person)))
    session.execute(delete(SandboxMessage).where(persons.sandbox(person)))
    session.execute(delete(BadRow).where(BadRow.id.in_(persons.refused_rows(person))))
