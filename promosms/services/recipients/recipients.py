"""Recipients: add, change and delete them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import ColumnElement, delete, exists, func, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    FIELD_NAMES,
    Account,
    Campaign,
    CampaignStatus,
    Consent,
    InboundMessage,
    ListRecipient,
    Message,
    MessageStatus,
    Recipient,
    RecipientList,
    new_public_id,
    now,
)
from promosms.services.recipients import consents, lists
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.fields import FREE_FIELDS
from promosms.services.recipients.search import search_text
from promosms.services.sending import deletions, opt_outs
from promosms.sms import phone


class DuplicatePhone(Exception):
    """The account already has this number; `public_id` is the recipient who has it."""

    def __init__(self, public_id: str) -> None:
        super().__init__(public_id)
        self.public_id = public_id


def add(
    account: Account,
    values: Mapping[str, str],
    basis: Basis,
    list_ids: Sequence[int] = (),
    by: str = "",
) -> Recipient:
    """Add a recipient, as a user (`by`, a public id) does; raises InvalidPhone, DuplicatePhone."""
    number = phone.parse(values["phone"], account.region)
    with _one_per_number(account.id, number.e164), transaction() as session:
        lists.lock(session, list_ids)
        recipient = Recipient(account_id=account.id)
        _fill(recipient, number, values)
        consents.set_one(session, recipient, basis, by)
        session.add(recipient)
        session.flush()
        lists.put_on_locked(session, account.id, [recipient.id], list_ids)
    return recipient


def change(
    recipient: Recipient,
    region: str,
    values: Mapping[str, str],
    basis: Basis,
    list_ids: Sequence[int],
    by: str = "",
) -> None:
    """Change a recipient and the lists it is on; raises InvalidPhone, DuplicatePhone.

    Another consent is an act of its own, by this user; the one before stays in the history. Who
    withdraws gets nothing that waits: as after an opt-out nothing is submitted when this returns.
    """
    number = phone.parse(values["phone"], region)

    def work(session: Session) -> None:
        if withdraws:
            waiting = texts_waiting(session, account_id, [recipient.public_id])
            opt_outs.skip_promotions(session, waiting)
        if number.e164 != recipient.phone:
            _claim_texts(session, recipient)
        before = set(_list_ids(session, [recipient.id]))
        lists.lock(session, before | set(list_ids))
        _fill(recipient, number, values)
        consents.set_one(session, recipient, basis, by)
        recipient.updated_at = now()
        session.flush()
        lists.put_on_locked(session, recipient.account_id, [recipient.id], list_ids)
        lists.take_off_locked(session, [recipient.id], before - set(list_ids))

    account_id = recipient.account_id
    withdraws = recipient.consent == Consent.GIVEN and not basis.given
    with _one_per_number(account_id, number.e164):
        if withdraws:
            opt_outs.alone(account_id, recipient.phone, work)
            return
        with transaction() as session:
            opt_outs.lock_shared(session, account_id)
            work(session)


def put_on_lists(recipient: Recipient, chosen: Sequence[str], shown: Sequence[str]) -> None:
    """Put a recipient on the `chosen` lists, and take it off the other `shown` ones.

    Both are public ids; a list that is not there any more, or of another account, is left out.
    """
    with transaction() as session:
        opt_outs.lock_shared(session, recipient.account_id)
        query = select(RecipientList.public_id, RecipientList.id).where(
            RecipientList.account_id == recipient.account_id,
            RecipientList.public_id.in_({*chosen, *shown}),
        )
        found = {row.public_id: row.id for row in session.execute(query)}
        lists.lock(session, found.values())
        put = {list_id for public_id, list_id in found.items() if public_id in chosen}
        lists.put_on_locked(session, recipient.account_id, [recipient.id], put)
        lists.take_off_locked(session, [recipient.id], set(found.values()) - put)


def delete_many(account_id: int, public_ids: Iterable[str]) -> int:
    """Delete the account's recipients with these public ids; returns how many.

    They also leave their lists. An opt-out of a number stays.
    """
    chosen = list(public_ids)
    with transaction() as session:
        opt_outs.lock_shared(session, account_id)
        return delete_people(session, account_id, ids_of(account_id, chosen))


def delete_people(session: Session, account_id: int, ids: Sequence[int]) -> int:
    """Delete recipients by id within the caller's transaction; returns how many there were.

    Messages that still wait for them are skipped, also those to numbers that they had before.
    """
    deletions.begin(session, account_id)
    query = select(Recipient.id, Recipient.public_id).where(
        Recipient.account_id == account_id, Recipient.id.in_(ids)
    )
    found = session.execute(query.order_by(Recipient.id)).all()
    waiting = texts_waiting(session, account_id, [row.public_id for row in found])
    opt_outs.skip_texts(session, waiting, opt_outs.DELETED)
    delete_ids(session, [row.id for row in found])
    return len(found)


def delete_ids(session: Session, ids: Sequence[int]) -> None:
    """Delete recipients by id within the caller's transaction, and update the sizes of lists.

    Messages that still wait for them in a campaign are skipped. Consents that are about them alone
    go with them, and so does their history.
    """
    rows = session.execute(
        select(Recipient.account_id, Recipient.phone).where(Recipient.id.in_(ids))
    ).all()
    for account_id in sorted({row.account_id for row in rows}):
        deletions.begin(session, account_id)
        phones = [row.phone for row in rows if row.account_id == account_id]
        opt_outs.skip_waiting(session, account_id, phones, opt_outs.DELETED)
    touched = _list_ids(session, ids)
    lists.lock(session, touched)
    lists.take_off_locked(session, ids, touched)
    of_them = consents.of_persons(session, ids)
    session.execute(delete(Recipient).where(Recipient.id.in_(ids)))
    consents.forget(session, of_them)


def ids_of(account_id: int, public_ids: Iterable[str]) -> list[int]:
    """The ids of the account's recipients with these public ids."""
    query = select(Recipient.id).where(
        Recipient.account_id == account_id, Recipient.public_id.in_(list(public_ids))
    )
    return list(db.session.scalars(query.order_by(Recipient.id)))


def lists_of(ids: Sequence[int]) -> dict[int, list[RecipientList]]:
    """The lists that each of the recipients is on, by name."""
    lists_by_recipient: dict[int, list[RecipientList]] = {recipient_id: [] for recipient_id in ids}
    query = (
        select(ListRecipient.recipient_id, RecipientList)
        .join(RecipientList, RecipientList.id == ListRecipient.list_id)
        .where(ListRecipient.recipient_id.in_(ids))
        .order_by(RecipientList.name)
    )
    for recipient_id, recipient_list in db.session.execute(query):
        lists_by_recipient[recipient_id].append(recipient_list)
    return lists_by_recipient


def name_fields(account: Account, labels: Mapping[str, str]) -> None:
    """Save the account's own names for the free fields."""
    with transaction() as session:
        kept = {name: labels[name].strip() for name in FREE_FIELDS if labels[name].strip()}
        session.execute(update(Account).where(Account.id == account.id).values(field_labels=kept))


def by_phone(account_id: int, e164: str) -> Recipient | None:
    """The account's recipient with this number, if there is one."""
    query = select(Recipient).where(Recipient.account_id == account_id, Recipient.phone == e164)
    return db.session.scalar(query)


def one_with(session: Session, account_id: int, e164: str) -> tuple[Recipient, bool]:
    """The recipient with this number, locked, and whether it was added now, without any details.

    Two who add the same number at once get the same recipient.
    """
    new = {
        "public_id": new_public_id(),
        "account_id": account_id,
        "phone": e164,
        "country": phone.country_of(e164),
        "search": search_text(e164, {}),
    }
    keys = ["account_id", "phone"]
    insert = upsert.insert(Recipient).values(new).on_conflict_do_nothing(index_elements=keys)
    query = select(Recipient).where(Recipient.account_id == account_id, Recipient.phone == e164)
    locked = query.with_for_update().execution_options(populate_existing=True)
    while True:
        added = upsert.count(session, insert) > 0
        found = session.scalar(locked)
        if found is not None:
            return found, added
        # Deleted at this moment: its number is free again.


def owner_of(session: Session, account_id: int, e164: str) -> str | None:
    """The public id of the recipient whom a text from or to this number belongs to, if any.

    It is the one with this number, else the one whom the last text to it was for: that recipient
    has got another number or was deleted.
    """
    owner_id: str | None = session.scalar(
        select(owner_expression(literal(account_id), literal(e164)))
    )
    return owner_id


def owner_expression(
    account_id: ColumnElement[int], e164: ColumnElement[str]
) -> ColumnElement[str | None]:
    """As `owner_of`, for each row of a statement."""
    owner = select(Recipient.public_id).where(
        Recipient.account_id == account_id, Recipient.phone == e164
    )
    texts = select(Message.recipient).where(Message.phone == e164, Message.account_id == account_id)
    last = texts.order_by(Message.id.desc()).limit(1)
    # The second is looked for only if there is no first.
    return func.coalesce(owner.scalar_subquery(), last.scalar_subquery())


def texts_waiting(
    session: Session, account_id: int, public_ids: Sequence[str]
) -> ColumnElement[bool]:
    """The texts that wait for these recipients, also at the numbers that they had before."""
    campaigns = select(Campaign.id).where(
        Campaign.account_id == account_id, Campaign.status.in_(CampaignStatus.OPEN)
    )
    query = select(Message.id).where(
        Message.recipient.in_(public_ids), Message.status == MessageStatus.QUEUED
    )
    in_campaigns = query.where(Message.campaign_id.in_(session.scalars(campaigns).all()))
    single = query.where(Message.campaign_id.is_(None), Message.account_id == account_id)
    ids = [*session.scalars(in_campaigns), *session.scalars(single)]
    return Message.id.in_(ids)


def _claim_texts(session: Session, recipient: Recipient) -> None:
    """Name the recipient in texts and replies of its number that belong to no other recipient.

    Called before the number changes: afterwards they could not be found any more.
    """
    for model in (Message, InboundMessage):
        known = exists().where(Recipient.public_id == model.recipient)
        session.execute(
            update_rows(model)
            .where(model.phone == recipient.phone, model.account_id == recipient.account_id)
            .where(or_(model.recipient.is_(None), ~known))
            .values(recipient=recipient.public_id)
        )


def _fill(recipient: Recipient, number: phone.Phone, values: Mapping[str, str]) -> None:
    recipient.phone, recipient.country = number.e164, number.country
    for name in FIELD_NAMES[1:]:
        setattr(recipient, name, values.get(name, "").strip())
    recipient.search = search_text(number.e164, values)


@contextmanager
def _one_per_number(account_id: int, e164: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        existing = by_phone(account_id, e164)
        if existing is None:
            raise
        raise DuplicatePhone(existing.public_id) from error


def _list_ids(session: Session, ids: Sequence[int]) -> list[int]:
    query = select(func.distinct(ListRecipient.list_id)).where(ListRecipient.recipient_id.in_(ids))
    return sorted(session.scalars(query))
