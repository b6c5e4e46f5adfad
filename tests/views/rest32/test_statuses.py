"""The table of statuses: each in its class, with an HTTP status that says the same."""

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from promosms.services.api import composing
from promosms.services.api.composing import Refusal
from promosms.services.api.rest32 import sending
from promosms.services.api.rest32.statuses import MEANINGS, OF_REFUSAL, NotDone, Status
from promosms.web.api.rest32 import answers
from tests.support.rest32 import Plugin, status

NOT_HERE = {Refusal.OVER_MAXIMUM, Refusal.TWICE, Refusal.VALUE, Refusal.AUDIENCE}
"""What no plug-in can ask for: a highest price, placeholders, lists; a number twice is one text."""
TEXT = "type=1&text=Hello&recipients[]=500600700"


def test_every_status_has_its_words_in_their_order() -> None:
    assert list(MEANINGS) == list(Status) == sorted(Status)
    for meaning in MEANINGS.values():
        assert meaning.title
        assert not meaning.title.endswith(".")
        assert meaning.advice.endswith(".")


def test_every_refusal_of_a_text_has_a_status() -> None:
    assert set(OF_REFUSAL) == set(Refusal) - NOT_HERE


@pytest.mark.parametrize(
    ("number", "http"),
    [
        *((0, 200), (101, 400), (103, 400), (200, 400), (212, 400), (300, 403), (325, 403)),
        *((400, 401), (401, 500), (402, 503), (403, 429)),
    ],
)
def test_the_http_status_follows_from_the_class(number: int, http: int) -> None:
    assert answers.http_of(Status(number)) == http


def test_what_is_said_names_no_more_than_the_table() -> None:
    assert NotDone(Status.NO_TEXT).detail.startswith("The text is missing. ")
    assert NotDone(Status.NO_TEXT, "Else").detail == "Else"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError("SELECT 1", {}, Exception("away")), (503, 402)),
        (RuntimeError("a mistake"), (500, 401)),
    ],
)
def test_an_error_of_ours_is_told_in_the_same_words(
    app: Flask,
    plugin: Plugin,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    expected: tuple[int, int],
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(sending, "send", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = plugin.form(TEXT)
    assert status(answer) == expected
    assert "Incident " in answer.get_json()["response"]["message"]
    assert "mistake" not in answer.text


def test_a_request_that_is_being_done_is_to_be_sent_again(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner: list[tuple[int, int]] = []
    planned = composing.planned

    def meanwhile(moment: object) -> object:
        if not inner:
            inner.append((0, 0))
            inner[0] = status(plugin.form(TEXT, **{"Idempotency-Key": "a"}))
        return planned(moment)

    monkeypatch.setattr(composing, "planned", meanwhile)
    answer = plugin.form(TEXT, **{"Idempotency-Key": "a"})
    assert (status(answer), inner) == ((200, 0), [(503, 402)])
