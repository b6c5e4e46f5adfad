"""Recipients as nobody types them, put into an account, and read out of another one."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    FIELD_NAMES,
    Account,
    Consent,
    ConsentAct,
    ConsentHow,
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    SuppressionSource,
    new_public_id,
    table_of,
)
from promosms.services.recipients import consents, lists
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs

TYPES = {"field1": "number", "field2": "date"}
LABELS = {"field1": "Punkty, suma", "field3": "=Rozmiar", "field4": '"quoted"'}
LISTS = ["VIP", 'Kowalscy, "rodzina"', "a;b", "=SUM(A1)", "- stali -", "Łódź 🙂", "x" * 80, "'tis"]
PIECES = [
    *("=", "+", "-", "@", "'", '"', ";", ",", "\t", "|", "\\", "<b>", "&amp;", "%", "{first_name}"),
    *("0", "007", "4.479E+11", "TRUE", "1/2", "sep=;", "#N/A", "_x0041_", "null", "\u00a0", " "),
    *(
        "Łucja",
        "Größl",
        "Ελένη",
        "Київ",
        "שלום",
        "مرحبا",
        "漢字",
        "🙂",
        "👩‍👧",
        "e\u0301",
        "İ",
        "ß",
    ),
]
WHOLE = [
    *("=HYPERLINK(1)", "+48601234567", "-5", "@SUM(A1)", "'quoted'", "''=1", '="007"', "00123"),
    *("1234567890123456789", "2024-05-17", "12,5", "＝1", "=", "'", '"', "x;y", "x,y", "true"),
]
SOURCES = ["Card at the till", "=form, page 2", 'He said "yes"; twice', "Stoisko\nna targach"]
NUMBERS = ["0", "7", "-3.5", "1234.125", "0.1", "123456789012345", "1000", "2.5"]
DAYS = ["2026-05-17", "1999-12-31", "2024-02-29"]
BIRTHDAYS = ["1990-05-17", "--02-29", "--12-01", "2001-01-31"]


@dataclass(frozen=True)
class Person:
    """What has to come back."""

    phone: str
    fields: tuple[tuple[str, str], ...]
    lists: frozenset[str] = field(default_factory=frozenset)
    evidence: tuple[str, date] | None = None
    opted_out: bool = False


def people(number: int, seed: int) -> list[Person]:
    """So many people; values of all kinds in all fields."""
    chance = random.Random(seed)
    return [_person(chance, n) for n in range(number)]


def _person(chance: random.Random, n: int) -> Person:
    phone = chance.choice(("+4860{:07}", "+44740{:07}", "+49151{:08}", "+3936{:08}")).format(n)
    values = {name: _value(chance, name) for name in FIELD_NAMES[1:]}
    agreed = chance.random() < 0.6
    day = date(2026, 1, 1) - timedelta(days=chance.randrange(2_000))
    return Person(
        phone,
        tuple(values.items()),
        frozenset(chance.sample(LISTS, chance.choice((0, 0, 1, 1, 2, 3)))),
        (chance.choice(SOURCES), chance.choice((day, date(2025, 6, 1)))) if agreed else None,
        chance.random() < 0.1,
    )


def _value(chance: random.Random, name: str) -> str:
    if chance.random() < 0.4:
        return ""
    if name == "birthday":
        return chance.choice(BIRTHDAYS)
    if name in TYPES:
        return chance.choice(NUMBERS if TYPES[name] == "number" else DAYS)
    if chance.random() < 0.3:
        return chance.choice(WHOLE)
    between = ["", " "] if name != "note" else ["", " ", "\n", "\r\n", "\n\n"]
    words = [chance.choice(PIECES) + chance.choice(between) for _ in range(chance.randint(1, 6))]
    return "".join(words)[:38].strip()


def fill(account: Account, those: Sequence[Person]) -> None:
    """Put people into an account as they are."""
    account_id = account.id
    settle(account)
    with transaction() as session:
        session.execute(insert(Recipient), [_row(account_id, person) for person in those])
        query = select(Recipient.phone, Recipient.id).where(Recipient.account_id == account_id)
        ids = dict(session.execute(query).all())
        _agree(account_id, those, ids)
    for name in LISTS:
        on_it = [ids[person.phone] for person in those if name in person.lists]
        one = lists.create(account_id, name)
        for begin in range(0, len(on_it), 500):
            lists.put(one, on_it[begin : begin + 500])
    out = sorted(person.phone for person in those if person.opted_out)
    opt_outs.opt_out_all(account_id, out, SuppressionSource.HAND)
    db.session.commit()


def settle(account: Account) -> None:
    """The names and types of the free fields."""
    with transaction():
        account.field_types, account.field_labels = dict(TYPES), dict(LABELS)


def _row(account_id: int, person: Person) -> dict[str, Any]:
    row = {
        "public_id": new_public_id(),
        "account_id": account_id,
        "phone": person.phone,
        "country": "PL",
        **dict(person.fields),
    }
    given = person.evidence is not None
    return {**row, "consent": Consent.GIVEN if given else Consent.NONE}


def _agree(account_id: int, those: Sequence[Person], ids: dict[str, int]) -> None:
    """An act for each evidence, in force for its people."""
    acts: dict[tuple[str, date], list[int]] = {}
    for person in those:
        if person.evidence:
            acts.setdefault(person.evidence, []).append(ids[person.phone])
    with transaction() as session:
        for (source, day), people in acts.items():
            basis = Basis(Consent.GIVEN, source, day)
            act_id = consents.make(session, account_id, basis, ConsentHow.BULK)
            session.execute(
                update(Recipient).where(Recipient.id.in_(people)).values(consent_id=act_id)
            )


def stored(account_id: int) -> dict[str, Person]:
    """Who is in an account, by number."""
    columns = table_of(Recipient).c
    on_lists: dict[int, set[str]] = {}
    members = select(ListRecipient.recipient_id, RecipientList.name).join(
        RecipientList, RecipientList.id == ListRecipient.list_id
    )
    for recipient_id, name in db.session.execute(
        members.where(ListRecipient.account_id == account_id)
    ):
        on_lists.setdefault(recipient_id, set()).add(name)
    out = set(
        db.session.scalars(select(Suppression.phone).where(Suppression.account_id == account_id))
    )
    evidence = _evidence(account_id)
    found = {}
    for row in db.session.execute(select(*columns).where(columns.account_id == account_id)):
        values = tuple((name, getattr(row, name)) for name in FIELD_NAMES[1:])
        person = Person(row.phone, values, opted_out=row.phone in out)
        names = frozenset(on_lists.get(row.id, ()))
        found[row.phone] = replace(person, lists=names, evidence=evidence[row.phone])
    return found


def _evidence(account_id: int) -> dict[str, tuple[str, date] | None]:
    columns = table_of(Recipient).c
    query = (
        select(columns.phone, columns.consent, ConsentAct.source, ConsentAct.agreed_on)
        .outerjoin_from(table_of(Recipient), ConsentAct, ConsentAct.id == columns.consent_id)
        .where(columns.account_id == account_id)
    )
    return {
        phone: (source, day) if consent == Consent.GIVEN else None
        for phone, consent, source, day in db.session.execute(query)
    }
