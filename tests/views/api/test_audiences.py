"""Lists, segments and opt-outs by the API."""

import pytest
from flask import Flask

from promosms.models import SuppressionSource
from promosms.services.recipients import lists
from promosms.services.recipients.segments import segments
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
from promosms.services.sending import opt_outs
from tests.support import engine
from tests.support.api import Program
from tests.support.cast import Cast

NUMBER = "+48600100200"
TEXT = {"to": NUMBER, "text": "Your parcel is here."}


def test_lists_and_segments_have_ids_and_sizes(
    app: Flask, cast: Cast, program: Program, sandbox: Program, stranger: Program
) -> None:
    with app.app_context():
        lists.create(cast.owner.account_id, "Regulars")
        chosen = Filter(Match.ALL, (Condition(Kind.TEXT, "city", "is", "Łódź"),))
        segments.create(cast.owner.account_id, "In town", chosen)
    [one] = program.get("/lists").get_json()["lists"]
    assert (one["name"], one["size"]) == ("Regulars", 0)
    [other] = program.get("/segments").get_json()["segments"]
    assert (other["name"], other["size"], other["about"]) == ("In town", 0, False)
    for each in (sandbox, stranger):
        assert each.get("/lists").get_json()["lists"] == []
        assert each.get("/segments").get_json()["segments"] == []


def test_an_opt_out_holds_at_once(app: Flask, program: Program) -> None:
    path = program.post("/messages", TEXT).location.removeprefix("/api/v1")
    noted = program.post("/opt-outs", {"to": "+48 600 100 200"})
    assert (noted.status_code, noted.get_json()["to"]) == (200, NUMBER)
    assert program.post("/opt-outs", {"to": NUMBER}).get_json() == noted.get_json()
    engine.settle(app)
    assert program.get(path).get_json()["status"] == "skipped"
    assert program.post("/messages", TEXT).get_json()["code"] == "opted-out"


def test_opt_outs_are_listed_and_found(
    app: Flask, cast: Cast, program: Program, stranger: Program
) -> None:
    numbers = [f"+4860010{number:04}" for number in range(52)]
    with app.app_context():
        opt_outs.opt_out_all(cast.owner.account_id, numbers, SuppressionSource.IMPORT)
    first = program.get("/opt-outs").get_json()
    rest = program.get(f"/opt-outs?cursor={first['next_cursor']}").get_json()
    assert (len(first["opt_outs"]), len(rest["opt_outs"]), rest["next_cursor"]) == (50, 2, None)
    [found] = program.get("/opt-outs?to=%2B48600100007").get_json()["opt_outs"]
    assert found["source"] == "import"
    assert program.get("/opt-outs?to=%2B48600999999").get_json()["opt_outs"] == []
    assert stranger.get("/opt-outs").get_json()["opt_outs"] == []


@pytest.mark.parametrize("to", ["600100200", "+48221002003", ""])
def test_a_wrong_number_is_refused(program: Program, to: str) -> None:
    assert program.post("/opt-outs", {"to": to}).status_code == 422


def test_the_sandbox_opts_nobody_out(program: Program, sandbox: Program) -> None:
    assert sandbox.post("/opt-outs", {"to": NUMBER}).status_code == 403
    assert sandbox.get("/opt-outs").get_json()["opt_outs"] == []
    assert program.post("/messages", TEXT).status_code == 201
