"""Replies as programs read them."""

from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import InboundKind, InboundMessage
from tests.support.api import Program
from tests.support.cast import Cast


def store(app: Flask, account_id: int, number: int) -> None:
    with app.app_context(), transaction() as session:
        session.add_all(
            InboundMessage(
                account_id=account_id,
                phone=f"+4860010020{place % 2}",
                inbound_number="+48732000001",
                text=f"Answer {place}",
                kind=InboundKind.STOP if place == 0 else InboundKind.REPLY,
            )
            for place in range(number)
        )


def test_replies_come_page_by_page_the_newest_first(
    app: Flask, cast: Cast, program: Program, sandbox: Program, stranger: Program
) -> None:
    store(app, cast.owner.account_id, 5)
    first = program.get("/replies?limit=3").get_json()
    rest = program.get(f"/replies?limit=3&cursor={first['next_cursor']}").get_json()
    replies = first["replies"] + rest["replies"]
    assert [reply["text"] for reply in replies] == [f"Answer {n}" for n in (4, 3, 2, 1, 0)]
    assert (replies[-1]["kind"], replies[0]["read"]) == ("stop", False)
    assert (rest["next_cursor"], replies[0]["to_number"]) == (None, "+48732000001")
    for each in (sandbox, stranger):
        assert each.get("/replies").get_json() == {"replies": [], "next_cursor": None}


def test_those_of_one_number(app: Flask, cast: Cast, program: Program) -> None:
    store(app, cast.owner.account_id, 4)
    found = program.get("/replies?from_number=%2B48600100201").get_json()["replies"]
    assert [reply["text"] for reply in found] == ["Answer 3", "Answer 1"]


def test_reading_by_a_program_marks_nothing_as_read(
    app: Flask, cast: Cast, program: Program
) -> None:
    store(app, cast.owner.account_id, 2)
    for _ in range(2):
        replies = program.get("/replies").get_json()["replies"]
        assert not any(reply["read"] for reply in replies)


def test_one_reply_is_read_by_its_id(
    app: Flask, cast: Cast, program: Program, sandbox: Program, stranger: Program
) -> None:
    store(app, cast.owner.account_id, 2)
    last, first = program.get("/replies").get_json()["replies"]
    assert program.get(f"/replies/{last['id']}").get_json() == last
    assert program.get(f"/replies/{first['id']}").get_json() == first
    for other in (sandbox, stranger):
        assert other.get(f"/replies/{last['id']}").status_code == 404
    assert program.get(f"/replies/{'0' * 20}").status_code == 404
