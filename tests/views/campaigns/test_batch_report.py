"""The report of a batch that a program has sent to people whom it has named itself."""

from flask import Flask

from tests.support import engine
from tests.support.api import Program, new_key
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

BODY = {
    "name": "Parcels of today",
    "text": "Order {order} is here.",
    "messages": [
        {"to": "+48600100200", "values": {"order": "7"}},
        {"to": "+48600100201", "values": {"order": "8"}},
    ],
}


def test_it_says_which_program_has_sent_it_and_how_it_went(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    program = Program(app, new_key(app, cast.owner.account_id, name="Web shop"))
    batch = program.post("/messages/batch", BODY).get_json()
    engine.settle(app)
    assert "Parcels of today" in words(owner.get("/campaigns").text)
    report = words(owner.get(f"/campaigns/{batch['campaign']}").text)
    assert "Sent by your program “Web shop” to people whom it has named itself." in report
    assert "Text those who did not answer" not in report
    assert "Order 7 is here." in report or "Order 8 is here." in report
