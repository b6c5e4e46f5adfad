"""A person in an account: everything that is stored about one number, whoever has it.

Texts and replies name their recipient by its random id. So those to an earlier number are found
too, after the number was changed and after the recipient was deleted. Somebody else may have the
earlier number by now: of such a number only texts and replies that name the person are found.
There is no index by recipient, because it would cost every message; a search reads the texts of
the account, one campaign at a time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, false, func, or_, select, true, union

from promosms.extensions import db
from promosms.models import (
    BadRow,
    Campaign,
    GatewayInboxRow,
    Guest,
    Import,
    InboundMessage,
    InboxKind,
    Message,
    MessageStatus,
    Recipient,
    SandboxMessage,
    SignUp,
    Suppression,
    User,
    table_of,
)
from promosms.services.imports import files as import_files
from promosms.services.imports import imports
from promosms.services.privacy import export as account_export
from promosms.services.sending import opt_outs

_NO_DIGIT = re.compile(r"\D+")
WORDS = [column for column in table_of(Suppression).columns if isinstance(column.type, Text)]
"""What a person may have written is in columns of any length."""
NATIONAL = 7  # a number in a file is found by so many last digits, however it is written


@dataclass(frozen=True)
class Person:
    """Who is meant: the number, and the public ids of recipients who had it and have no other.

    `earlier` are other numbers of texts and replies that name these recipients, `own` those numbers
    that no other recipient has. `before` leaves out what was stored later.
    """

    account_id: int
    phone: str
    before: datetime | None = None
    recipient_id: int | None = None
    recipients: frozenset[str] = frozenset()
    earlier: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """How much is stored of a person; `moved` are recipients who had the number and have another.

    `imports` are unfinished ones with the number: they would bring it again. `evidence`: the
    opt-out has the words in which it came. `user`: somebody signs in with the number.
    """

    recipient: bool
    texts: int
    waiting: int
    replies: int
    guests: int
    refused: int
    sign_ups: int
    opted_out: bool
    evidence: bool
    user: bool
    export: bool
    earlier: Sequence[str]
    moved: Sequence[Recipient]
    imports: Sequence[Import]

    @property
    def anything(self) -> bool:
        """Is there anything to erase?"""
        counts = (self.texts, self.replies, self.guests, self.refused, self.sign_ups)
        return self.recipient or self.evidence or any(counts)


def find(account_id: int, phone: str, before: datetime | None = None) -> Person:
    """The person with this number (E.164) in the account, recipient or not."""
    recipient = db.session.scalar(
        select(Recipient).where(
            *(Recipient.account_id == account_id, Recipient.phone == phone),
            _until(Recipient.created_at, before),
        )
    )
    named = _named(Person(account_id, phone, before))
    gone = named - {other.public_id for other in _living(account_id, named)}
    if recipient is None:
        return _with_earlier(Person(account_id, phone, before, None, frozenset(gone)))
    ids = frozenset(gone | {recipient.public_id})
    return _with_earlier(Person(account_id, phone, before, recipient.id, ids))


def of_deleted(account_id: int, public_id: str) -> Person:
    """The person who was the deleted recipient with this public id; the number is not known."""
    return _with_earlier(Person(account_id, "", recipients=frozenset((public_id,))))


def count(person: Person) -> Found:
    """Count what is stored of the person."""
    statuses = dict(
        db.session.execute(
            select(Message.status, func.count()).where(messages(person)).group_by(Message.status)
        ).all()
    )
    named = _named(Person(person.account_id, person.phone))
    user = select(User.id).where(User.account_id == person.account_id, User.phone == person.phone)
    return Found(
        recipient=person.recipient_id is not None,
        texts=sum(statuses.values()) + _count(SandboxMessage, sandbox(person)),
        waiting=statuses.get(MessageStatus.QUEUED, 0),
        replies=_count(InboundMessage, replies(person)) + _count(GatewayInboxRow, inbox(person)),
        guests=_count(Guest, guests(person)),
        refused=len(refused_rows(person)),
        sign_ups=_count(SignUp, sign_ups(person)),
        opted_out=opt_outs.is_suppressed(person.account_id, person.phone),
        evidence=_has_evidence(person),
        user=db.session.scalar(user.limit(1)) is not None,
        export=account_export.of(person.account_id) is not None,
        earlier=person.earlier,
        moved=[row for row in _living(person.account_id, named) if row.phone != person.phone],
        imports=unfinished_imports(person),
    )


def messages(person: Person) -> ColumnElement[bool]:
    """The texts to the person."""
    return and_(_of(Message, person), _until(Message.created_at, person.before))


def replies(person: Person) -> ColumnElement[bool]:
    """The replies of the person."""
    return and_(_of(InboundMessage, person), _until(InboundMessage.received_at, person.before))


def inbox(person: Person) -> ColumnElement[bool]:
    """Replies of the person that are not applied yet."""
    spellings = [start + number[1:] for number in person.own for start in ("+", "", "00")]
    return and_(
        GatewayInboxRow.kind == InboxKind.INBOUND,
        GatewayInboxRow.account_id == person.account_id,
        GatewayInboxRow.phone.in_(spellings),
        _until(GatewayInboxRow.received_at, person.before),
    )


def guests(person: Person) -> ColumnElement[bool]:
    """The person among the guests."""
    return and_(
        Guest.account_id == person.account_id,
        Guest.phone.in_(person.own),
        _until(Guest.added_at, person.before),
    )


def sign_ups(person: Person) -> ColumnElement[bool]:
    """The person in sign-up forms, before the code was typed."""
    return and_(
        SignUp.account_id == person.account_id,
        SignUp.phone.in_(person.own),
        _until(SignUp.created_at, person.before),
    )


def sandbox(person: Person) -> ColumnElement[bool]:
    """Texts to the person that were tried out and that nobody got."""
    return and_(
        SandboxMessage.account_id == person.account_id,
        SandboxMessage.phone.in_(person.own),
        _until(SandboxMessage.created_at, person.before),
    )


def refused_rows(person: Person) -> list[int]:
    """The ids of refused rows of imports with a number of the person."""
    rows = db.session.execute(
        select(BadRow.id, BadRow.content, BadRow.typed)
        .join(Import, Import.id == BadRow.import_id)
        .where(BadRow.account_id == person.account_id, _until(Import.created_at, person.before))
    )
    ends = _ends(person)
    return [
        row.id
        for row in rows
        if any(end in _digits(text) for end in ends for text in (row.content, row.typed))
    ]


def unfinished_imports(person: Person) -> list[Import]:
    """Unfinished imports whose file has a number of the person: they would add it again."""
    query = select(Import).where(
        Import.account_id == person.account_id, Import.status.not_in(imports.ENDED)
    )
    ends = _ends(person)
    return [
        row
        for row in db.session.scalars(query.order_by(Import.id))
        if any(end in line for line in _digits_of_file(row.stored_as) for end in ends)
    ]


def _has_evidence(person: Person) -> bool:
    said = or_(false(), *(column != "" for column in WORDS))
    opt_out = Suppression.account_id == person.account_id, Suppression.phone.in_(person.own)
    until = _until(Suppression.created_at, person.before)
    return (
        db.session.scalar(select(Suppression.id).where(*opt_out, until, said).limit(1)) is not None
    )


def _with_earlier(person: Person) -> Person:
    earlier = tuple(sorted(_earlier(person)))
    taken = set(
        db.session.scalars(
            select(Recipient.phone).where(
                Recipient.account_id == person.account_id,
                Recipient.phone.in_(earlier),
                Recipient.public_id.not_in(person.recipients),
            )
        )
    )
    own = tuple(number for number in (person.phone, *earlier) if number and number not in taken)
    return Person(
        person.account_id,
        person.phone,
        person.before,
        person.recipient_id,
        person.recipients,
        earlier,
        own,
    )


def _earlier(person: Person) -> set[str]:
    """Other numbers of texts and replies that name the recipients of the person."""
    if not person.recipients:
        return set()
    named = Message.recipient.in_(person.recipients), Message.phone != person.phone
    launched = select(Campaign.id).where(Campaign.account_id == person.account_id)
    numbers: set[str] = set()
    for campaign_id in db.session.scalars(launched.order_by(Campaign.id)).all():
        query = select(Message.phone).where(Message.campaign_id == campaign_id, *named)
        numbers.update(db.session.scalars(query.distinct()))
    single = Message.campaign_id.is_(None), Message.account_id == person.account_id
    numbers.update(db.session.scalars(select(Message.phone).where(*single, *named).distinct()))
    answered = select(InboundMessage.phone).where(
        InboundMessage.account_id == person.account_id,
        InboundMessage.recipient.in_(person.recipients),
        InboundMessage.phone != person.phone,
    )
    numbers.update(db.session.scalars(answered.distinct()))
    return numbers


def _named(person: Person) -> set[str]:
    """The public ids of recipients that texts and replies of the number name."""
    texts = select(Message.recipient).where(messages(person))
    answers = select(InboundMessage.recipient).where(replies(person))
    return {public_id for public_id in db.session.scalars(union(texts, answers)) if public_id}


def _living(account_id: int, public_ids: set[str]) -> list[Recipient]:
    query = select(Recipient).where(
        Recipient.account_id == account_id, Recipient.public_id.in_(public_ids)
    )
    return list(db.session.scalars(query.order_by(Recipient.id)))


def _of(model: Any, person: Person) -> ColumnElement[bool]:
    of_person = model.phone == person.phone
    if person.earlier:
        named = and_(model.phone.in_(person.earlier), model.recipient.in_(person.recipients))
        of_person = or_(of_person, named)
    return and_(model.account_id == person.account_id, of_person)


def _until(column: Any, before: datetime | None) -> ColumnElement[bool]:
    return true() if before is None else column <= before


def _count(model: Any, condition: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(condition)) or 0


def _ends(person: Person) -> list[str]:
    return [_digits(number)[-NATIONAL:] for number in person.own]


def _digits_of_file(name: str) -> Iterator[str]:
    for path in (import_files.path(name), *import_files.undecided(name)):
        if path.exists():
            with path.open(encoding="utf-8", errors="replace") as file:
                yield from (_digits(line) for line in file)


def _digits(text: str) -> str:
    """The digits of a text, of any script, as ASCII."""
    digits = _NO_DIGIT.sub("", text)
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)
