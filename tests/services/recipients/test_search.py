"""The search for recipients: what is found, in which order, and that the index is used."""

import random
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert, text, update

from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import Recipient, RecipientList, Suppression
from promosms.services.recipients import filters, lists, pages, search
from promosms.services.recipients.filters import Search
from promosms.services.recipients.search import find, search_terms, search_text
from promosms.services.recipients.states import State
from tests.support.cast import Cast

FIELDS = ("first_name", "last_name", "company", "city", "email")
UNIQUE = "uq_recipients_account_id_phone"
PEOPLE: tuple[tuple[str, ...], ...] = (
    ("+48601234567", "Łukasz", "Köhler", "", "Straße", ""),
    ("+48602345678", "Anna", "Nowak-Kos", 'Salon "Ania" 100%', "Łódź", "anna.nowak@example.com"),
    ("+491711234567", "Jürgen", "Müller_1", "Haar & Co", "Köln", "jm@gmx.de"),
    ("+48603456789", "Ελένη", "Παπαδάκη", "", "Αθήνα", ""),
    ("+48604567890", "Ганна", "Шевченко", "C:\\shop", "Київ", ""),
    ("+48605678901", "", "", "", "", ""),
    ("+48606789012", "Zoë 🙂", "O’Neill", "AND NOT NEAR(a*)", "", ""),
)
# What somebody types, and the places in PEOPLE of those who are found.
TYPED: tuple[tuple[str, set[int]], ...] = (
    ("kohler", {0}),
    ("Köhler", {0}),
    ("KÖHLER łukasz", {0}),
    ("lukasz", {0}),
    ("strasse", {0}),
    ("STRASSE lukasz kohler", {0}),
    ("ohle", {0}),
    ("anna", {1}),
    ("nowak-k", {1}),
    ("lodz", {1}),
    ("@example.com", {1}),
    ("nna.now", {1}),
    ("salon", {1}),
    ("601234567", {0}),
    ("601 234 567", {0}),
    ("+48 601-234-567", {0}),
    ("0048 601 234 567", {0}),
    ("0601234567", {0}),
    ("+49 (0)171 1234567", {2}),
    ("01711234567", {2}),
    ("1234567", {0, 2}),
    ("234567", {0, 1, 2}),
    ("+48 anna", {1}),
    ("48 an", {1, 6}),
    ("k", {0, 2}),
    ("ko", {0, 2}),
    ("oh", set()),
    ("co", {2}),
    ("49", {2}),
    ("71", set()),
    ("ελένη", {3}),
    ("ΕΛΕΝΗ", {3}),
    ("παπαδακη", {3}),
    ("київ", {4}),
    ("ган", {4}),
    ("o'neill", {6}),
    ("🙂", {6}),
    ("100%", {1}),
    ("%", set()),
    ("_", set()),
    ("muller_1", {2}),
    ("mullerx1", set()),
    ('"ania"', {1}),
    ('"', {1}),
    ("c:\\sh", {4}),
    ("near(a*)", {6}),
    ("AND", {6}),
    ("anna AND nowak", set()),
    ("an*", set()),
    ("NOT anna", set()),
    ("first_name:anna", set()),
    ("anna\0nowak", {1}),
    ("anna\ud83d", {1}),
    ("anna " * 3000, {1}),
    ("a" * 10_000, set()),
    ("an" + "na" * 5_000, set()),
    ("\U000f0000\U000f1000\U000f2001", set()),
)


@pytest.fixture
def accounts(app: Flask, cast: Cast) -> Iterator[tuple[int, int]]:
    """The same people in two accounts, in the order of the table."""
    with app.app_context():
        own = (cast.owner.account_id, cast.stranger.account_id)
        for account_id in own:
            assert account_id is not None
            store(account_id, PEOPLE)
        yield own[0] or 0, own[1] or 0
        db.session.remove()


def store(account_id: int, people: Sequence[Sequence[str]]) -> None:
    rows: list[dict[str, Any]] = []
    for number, *words in people:
        values = dict(zip(FIELDS, words, strict=True))
        rows.append(
            {**values, "account_id": account_id, "phone": number, "country": "PL"}
            | {"search": search_text(number, values)}
        )
    with transaction() as session:
        session.execute(insert(Recipient), rows)


def found(account_id: int, typed: str, size: int = 100, **options: Any) -> list[str]:
    ids = find(account_id, search_terms(typed), size, **options).ids
    rows = {row.id: row for row in db.session.query(Recipient).where(Recipient.id.in_(ids))}
    assert {row.account_id for row in rows.values()} <= {account_id}
    return [rows[one].phone for one in ids]


def test_it_finds_every_part_however_it_is_typed(accounts: tuple[int, int]) -> None:
    for account_id in accounts:
        for typed, expected in TYPED:
            numbers = [person[0] for place, person in enumerate(PEOPLE) if place in expected]
            assert found(account_id, typed) == numbers[::-1], typed[:50]


def test_a_list_and_a_state_narrow_it(
    accounts: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = accounts[0]
    mine = db.session.query(Recipient).where(Recipient.account_id == account_id)
    rows = mine.order_by(Recipient.id).all()
    regulars = lists.create(db.session.get_one(Recipient, rows[0].id).account_id, "Regulars")
    lists.put(regulars, [rows[1].id, rows[2].id])
    with transaction() as session:
        session.add(Suppression(account_id=account_id, phone=rows[1].phone, source="hand"))
        session.add(Suppression(account_id=account_id, phone=rows[5].phone, source="held"))
        session.execute(
            update(Recipient).where(Recipient.phone == rows[6].phone).values(consent="given")
        )
    for few in (search.FEW, 0):
        monkeypatch.setattr(pages, "FEW", few)
        for typed, on_list, state, expected in (
            ("234567", True, State.ALL, [2, 1]),
            ("48", True, State.ALL, [1]),
            ("48", False, State.OPTED_OUT, [1]),
            ("48", True, State.OPTED_OUT, [1]),
            ("49", True, State.OPTED_OUT, []),
            ("48", False, State.HELD, [5]),
            ("48", False, State.TEXTABLE, [6]),
            ("48", False, State.NO_CONSENT, [5, 4, 3, 1, 0]),
            ("lukasz", True, State.ALL, []),
        ):
            chosen = db.session.get(RecipientList, regulars.id) if on_list else None
            searched = Search(account_id, typed, state, chosen)
            page, numbers = pages.page(searched), [PEOPLE[n][0] for n in expected]
            assert [row.phone for row in page.recipients] == numbers, typed
            assert page.total == len(expected)
            everybody = filters.select_all(searched, Recipient.phone).order_by(Recipient.id.desc())
            assert db.session.scalars(everybody).all() == numbers


@pytest.fixture
def crowd(accounts: tuple[int, int]) -> list[tuple[str, ...]]:
    """Some hundred generated people in the first account."""
    chance = random.Random(7)
    names = ("Łucja", "Anna", "Änne", "Zoë", "Jan", "Işıl", "Ελένη", "Ганна", "anna")
    ends = ("Köhler", "Kowalska", "Nowak", "Weiß", "O’Hara", "Żak")
    hosts = ("wp.pl", "gmx.de", "example.com")
    people = []
    for n in range(300):
        first, last = chance.choice(names), chance.choice(ends)
        email = f"{n}@{chance.choice(hosts)}" if chance.random() < 0.5 else ""
        city = chance.choice(("Łódź", "Köln", ""))
        number = f"+4861{n * 7919 % 10_000_000:07}"
        people.append((number, first, last, "", city, email))
    store(accounts[0], people)
    return [*PEOPLE, *people]


def plain(typed: str) -> str:
    """Another way to the same letters, for the words of this test."""
    for letter, other in zip("łŁßı’", "lLsi'", strict=True):
        typed = typed.replace(letter, other * (1 + (letter == "ß")))
    marked = unicodedata.normalize("NFD", typed.lower().replace("ς", "σ"))
    return "".join(letter for letter in marked if not unicodedata.combining(letter))


def has(person: Sequence[str], typed: str) -> bool:
    number, *words = person
    text = plain(" ".join([*words[:5], number[1:]]))
    return all(
        term in text if len(term) > 2 else any(word.startswith(term) for word in text.split())
        for term in plain(typed).split()
    )


def test_it_finds_what_a_look_through_all_finds(
    accounts: tuple[int, int], crowd: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_FOUND", 20)
    monkeypatch.setattr(search, "OFTEN", 3)
    monkeypatch.setattr(search, "SOMETIMES", 2)
    pieces = sorted({word for person in crowd for value in person[1:] for word in value.split()})

    @given(
        st.lists(
            st.tuples(st.sampled_from(pieces), st.integers(0, 4), st.integers(1, 9)), max_size=3
        ),
        st.integers(1, 30),
        st.integers(0, 60),
        st.sampled_from([1, 3, 25]),
    )
    def agrees(chosen: list[tuple[str, int, int]], size: int, skipped: int, newest: int) -> None:
        monkeypatch.setattr(search, "NEWEST", newest)
        typed = " ".join(word[start : start + length] for word, start, length in chosen)
        if not typed.strip() or not search_terms(typed) or typed.strip().replace(" ", "").isdigit():
            return
        expected = [person[0] for person in reversed(crowd) if has(person, typed)]
        page = find(accounts[0], search_terms(typed), len(crowd))
        begin = find(accounts[0], search_terms(typed), size)
        rest = (
            find(accounts[0], search_terms(typed), size, before=page.ids[skipped])
            if (len(page.ids) > skipped)
            else None
        )
        phones = {row.id: row.phone for row in db.session.query(Recipient)}
        assert [phones[one] for one in page.ids] == expected, typed
        assert [phones[one] for one in begin.ids] == expected[:size], typed
        assert page.total == begin.total == min(len(expected), 21)
        if rest is not None:
            assert [phones[one] for one in rest.ids] == expected[skipped + 1 :][:size], typed
            assert rest.total == page.total

    agrees()


@pytest.mark.parametrize("newest", [1, 4, 8, 30])
def test_the_first_pages_show_the_newest(
    accounts: tuple[int, int],
    crowd: list[tuple[str, ...]],
    newest: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = {"MOST_FOUND": 20, "NEWEST": newest, "OFTEN": 8, "SOMETIMES": 2}
    for name, number in most.items():
        monkeypatch.setattr(search, name, number)
    phones = {row.id: row.phone for row in db.session.query(Recipient)}
    for typed in ("anna", "köhler", "wp.pl", "anna wp.pl"):
        expected = [person[0] for person in reversed(crowd) if has(person, typed)]
        for size in (1, 3, 12):
            first = find(accounts[0], search_terms(typed), size)
            second = find(accounts[0], search_terms(typed), size, before=first.ids[-1])
            assert [phones[one] for one in first.ids + second.ids] == expected[: 2 * size]
            assert first.total == second.total == min(len(expected), 21)


def test_another_account_is_never_found(accounts: tuple[int, int]) -> None:
    store(accounts[1], [("+48609999999", "Xaviera", "Quispe", "", "", "")])
    assert found(accounts[0], "xaviera") == []
    assert found(accounts[0], "609999999") == []
    assert found(accounts[1], "xaviera") == ["+48609999999"]


@pytest.fixture
def plans(accounts: tuple[int, int]) -> Iterator[list[str]]:
    """How the database reads the statements that look for recipients."""
    seen: list[str] = []
    explain = "EXPLAIN QUERY PLAN " if on_sqlite() else "EXPLAIN "

    def note(connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if "search" in statement and statement.startswith("SELECT"):
            with closing(connection.connection.cursor()) as cursor:
                cursor.execute(explain + statement, values)
                seen.append("\n".join(str(row[-1]) for row in cursor.fetchall()))

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_it_reads_the_index(
    accounts: tuple[int, int], plans: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NEWEST", 1)
    if not on_sqlite():  # for some people it reads the account; this ends with the transaction
        db.session.execute(text("DROP INDEX ix_recipients_page"))
        db.session.execute(text(f"ALTER TABLE recipients DROP CONSTRAINT {UNIQUE}"))
    find(accounts[0], search_terms("anna köln"), 51)
    if on_sqlite():
        assert "recipient_search VIRTUAL TABLE" in plans[0].splitlines()[0]
        assert "recipients USING INTEGER PRIMARY KEY" in plans[0]
        assert "TEMP B-TREE" not in plans[0]
    else:
        assert "Bitmap Index Scan on ix_recipients_search" in plans[1]
        condition = next(line for line in plans[1].splitlines() if "Index Cond" in line)
        assert "account_id" in condition
        assert "koln" in condition


def test_many_are_not_sorted(
    accounts: tuple[int, int], plans: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_FOUND", 2)
    nobody = ("",) * len(FIELDS)
    store(accounts[0], [(f"+48700{number:06}", *nobody) for number in range(3_000)])
    if not on_sqlite():  # of a few rows nobody knows which way to read them is the cheaper one
        db.session.execute(text("ANALYZE recipients"))
    found_ids = find(accounts[0], search_terms("48"), 3)
    assert found_ids.total == 3
    assert "Sort" not in plans[-1]
    assert "TEMP B-TREE" not in plans[-1]


def test_a_few_are_read_instead_of_the_index(accounts: tuple[int, int], plans: list[str]) -> None:
    opted_out = pages.page(Search(accounts[0], "anna", State.OPTED_OUT))
    assert opted_out.total == 0
    if on_sqlite():  # PostgreSQL decides by the number of rows
        assert "recipients USING INDEX sqlite_autoindex_recipients_" in plans[0]
        assert "(account_id=? AND phone=?)" in plans[0].splitlines()[0]
        assert "recipient_search VIRTUAL" not in plans[0]
