"""Campaigns that programs launch for a time: moved, started now, cancelled, and refused."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AccountStatus, Campaign, Guard
from promosms.services.campaigns import schedule
from tests.support import engine
from tests.support.api import Program, owner_of
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.views.api.test_campaigns import draft

AGREED = {"agreed_price": "9"}
MARCH = datetime(2027, 3, 1, 12, tzinfo=UTC)
"""Four weeks before clocks are put forward, and eight months before they are put back."""
PLANNED = {**AGREED, "local_time": "2027-03-02T10:00"}


@pytest.fixture(autouse=True)
def _in_march(app: Flask, cast: Cast, clock: Clock) -> None:
    clock.stop()
    clock.move(seconds=(MARCH - clock.now()).total_seconds())
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).timezone = "Europe/Warsaw"


@pytest.fixture
def path(program: Program, list_id: str) -> str:
    """The address of a draft for two people."""
    return draft(program, list_id)


@pytest.fixture
def planned(program: Program, path: str) -> str:
    """The address of one that starts tomorrow at ten."""
    assert program.post(f"{path}/launch", PLANNED).status_code == 200
    return path


def change(app: Flask, **values: object) -> None:
    with app.app_context(), transaction() as session:
        campaign = session.scalars(select(Campaign)).one()
        for name, value in values.items():
            setattr(campaign, name, value)


def plan(campaign: dict[str, object]) -> tuple[object, ...]:
    return tuple(campaign[name] for name in ("status", "send_at", "local_time", "time_zone"))


def test_one_that_is_planned_starts_at_its_time(
    app: Flask, cast: Cast, program: Program, path: str, clock: Clock
) -> None:
    body = {**AGREED, "send_at": "2027-03-02T10:00:00.5+01:00"}
    launched = program.post(f"{path}/launch", body).get_json()
    at = "2027-03-02T09:01:00.000Z"  # never earlier than was asked for
    assert plan(launched) == ("scheduled", at, "2027-03-02T10:01", "Europe/Warsaw")
    assert (launched["audience"], launched["agreed_price"]) == (3, "9.0000")
    with app.app_context():
        assert db.session.get_one(Account, cast.owner.account_id).held == 0
    clock.move(hours=21)
    engine.settle(app, until=lambda: True)
    assert program.get(path).get_json()["status"] == "scheduled"
    clock.move(minutes=1)
    engine.settle(app)
    report = program.get(path).get_json()
    assert (report["status"], report["delivered"]) == ("finished", 2)
    again = program.post(f"{path}/launch", body)
    assert again.get_json()["reason"] == "not_draft"


def test_what_it_costs_is_looked_at_when_it_starts(
    app: Flask, program: Program, path: str, clock: Clock
) -> None:
    program.post(f"{path}/launch", {**PLANNED, "agreed_price": "0.0001"})
    clock.move(days=1)
    engine.settle(app, until=lambda: program.get(path).get_json()["status"] == "blocked")


@pytest.mark.parametrize(
    ("time", "send_at", "zone"),
    [
        ({"local_time": "2027-03-28T03:00"}, "2027-03-28T01:00", "Europe/Warsaw"),
        ({"local_time": "2027-10-31T02:30"}, "2027-10-31T00:30", "Europe/Warsaw"),
        ({"send_at": "2027-10-31T02:30:00+02:00"}, "2027-10-31T00:30", "Europe/Warsaw"),
        ({"send_at": "2027-10-31T02:30:00+01:00"}, "2027-10-31T01:30", "UTC"),
        ({"send_at": "2027-03-01T12:00:01Z"}, "2027-03-01T12:01", "Europe/Warsaw"),
        ({"local_time": "2028-03-01T13:00"}, "2028-03-01T12:00", "Europe/Warsaw"),
        ({"send_at": "2028-03-01T12:00:00Z"}, "2028-03-01T12:00", "Europe/Warsaw"),
    ],
)
def test_every_moment_is_kept_also_when_clocks_change(
    program: Program, path: str, time: dict[str, str], send_at: str, zone: str
) -> None:
    other = program.post(f"{path}/launch", PLANNED).get_json()
    moved = program.post(f"{path}/move", time).get_json()
    assert plan(moved)[1::2] == (f"{send_at}:00.000Z", zone)
    assert {**moved, **{name: other[name] for name in ("send_at", "local_time", "time_zone")}} == {
        **other
    }


@pytest.mark.parametrize(
    ("time", "code", "more"),
    [
        (
            {"local_time": "2027-03-28T02:30"},
            "no-such-time",
            {"before": "2027-03-28T01:30", "after": "2027-03-28T03:30"},
        ),
        ({"local_time": "2027-02-30T10:00"}, "no-such-time", {}),
        ({"local_time": "2027-03-01T13:00"}, "time-in-the-past", {}),
        ({"local_time": "1000-01-01T00:00"}, "time-in-the-past", {}),
        ({"send_at": "2027-03-01T12:00:00Z"}, "time-in-the-past", {}),
        ({"send_at": "0001-01-01T00:00:00+10:00"}, "time-in-the-past", {}),
        ({"local_time": "2028-03-01T13:01"}, "time-too-far", {"days": 366}),
        ({"local_time": "9999-12-31T23:59"}, "time-too-far", {"days": 366}),
        ({"send_at": "2028-03-01T12:00:01Z"}, "time-too-far", {"days": 366}),
        ({"send_at": "9999-12-31T23:59:00-10:00"}, "time-too-far", {"days": 366}),
        ({"local_time": "2027-03-02"}, "invalid-request", {}),
        ({"send_at": "2027-03-02T10:00:00"}, "invalid-request", {}),
    ],
)
def test_other_times_are_refused_and_the_draft_stays_as_it_was(
    program: Program, path: str, time: dict[str, str], code: str, more: dict[str, object]
) -> None:
    [member] = time
    for act, body in (("launch", {**AGREED, **time}), ("move", time)):
        before = program.get(path).get_json()
        answer = program.post(f"{path}/{act}", body)
        problem = answer.get_json()
        assert (answer.status_code, problem["code"]) == (422, code)
        assert [error["pointer"] for error in problem["errors"]] == [f"#/{member}"]
        assert problem.items() >= more.items()
        assert program.get(path).get_json() == before
        program.post(f"{path}/launch", PLANNED)


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"local_time": "2027-03-02T10:00", "send_at": "2027-03-02T09:00:00Z"}, "local_time"),
        ({"send_at": "2027-03-02T09:00:00Z", "each_clock": True}, "each_clock"),
        ({"each_clock": True}, "each_clock"),
        ({"latest_hours": 3}, "latest_hours"),
        ({"spread_hours": 3, "batch_people": 50, "batch_minutes": 10}, "spread_hours"),
        ({"batch_people": 50}, "batch_minutes"),
        ({"batch_minutes": 10}, "batch_people"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(
    program: Program, path: str, body: dict[str, object], member: str
) -> None:
    answer = program.post(f"{path}/launch", {**AGREED, **body})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, "unclear-plan")
    assert [error["pointer"] for error in problem["errors"]] == [f"#/{member}"]
    assert program.get(path).get_json()["status"] == "draft"


@pytest.mark.parametrize(
    "leaves",
    [
        {"each_clock": True, "spread_hours": 5, "latest_hours": 1},
        {"batch_people": 50, "batch_minutes": 10},
    ],
)
def test_it_leaves_by_the_clock_of_each_person_spread_or_in_batches(
    program: Program, path: str, leaves: dict[str, object]
) -> None:
    usual = {
        "each_clock": False,
        "latest_hours": 12,
        **dict.fromkeys(("spread_hours", "batch_people", "batch_minutes"), 0),
    }
    launched = program.post(f"{path}/launch", {**PLANNED, **leaves}).get_json()
    assert launched.items() >= {**usual, **leaves}.items()
    assert launched["send_at"] == "2027-03-02T09:00:00.000Z"
    assert program.get(path).get_json() == launched


def test_one_by_the_clock_of_each_person_is_moved_to_a_time_on_it(
    program: Program, path: str
) -> None:
    program.post(f"{path}/launch", {**PLANNED, "each_clock": True})
    refused = program.post(f"{path}/move", {"send_at": "2027-03-03T09:00:00Z"}).get_json()
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("unclear-plan", "#/send_at")
    moved = program.post(f"{path}/move", {"local_time": "2027-03-03T10:00"}).get_json()
    assert (moved["send_at"], moved["each_clock"]) == ("2027-03-03T09:00:00.000Z", True)


@pytest.mark.parametrize("body", [{}, {"local_time": None}])
def test_a_move_needs_a_time(program: Program, planned: str, body: dict[str, object]) -> None:
    assert program.post(f"{planned}/move", body).get_json()["code"] == "unclear-plan"


def test_the_time_that_was_chosen_on_the_page_counts(
    app: Flask, program: Program, path: str
) -> None:
    change(app, planned_time="2027-03-01T12:30", planned_zone="Europe/Warsaw")
    late = program.post(f"{path}/launch", AGREED).get_json()
    assert (late["code"], late["reason"]) == ("not-now", "time_passed")
    change(app, planned_time="2027-03-01T20:00", spread_hours=2)
    launched = program.post(f"{path}/launch", AGREED).get_json()
    assert plan(launched)[:2] == ("scheduled", "2027-03-01T19:00:00.000Z")
    assert launched["spread_hours"] == 2


def test_it_is_started_now_and_only_once(app: Flask, program: Program, planned: str) -> None:
    started = program.post(f"{planned}/start").get_json()
    assert (started["status"], started["send_at"]) == ("preparing", None)
    for act, body in (("start", {}), ("move", {"local_time": "2027-03-03T10:00"})):
        again = program.post(f"{planned}/{act}", body)
        assert (again.status_code, again.get_json()["reason"]) == (409, "not_running")
    engine.settle(app)
    assert program.get(planned).get_json()["delivered"] == 2


def test_a_draft_is_neither_moved_nor_started(program: Program, path: str) -> None:
    for act, body in (("start", {}), ("move", {"local_time": "2027-03-03T10:00"})):
        assert program.post(f"{path}/{act}", body).get_json()["reason"] == "not_running"


def test_one_that_is_cancelled_does_not_start(
    app: Flask, program: Program, planned: str, clock: Clock
) -> None:
    assert program.post(f"{planned}/cancel").get_json()["status"] == "cancelled"
    clock.move(days=2)
    with app.app_context():
        assert schedule.start_due() == []
    assert program.post(f"{planned}/start").status_code == 409


def test_one_that_could_not_start_says_why_and_is_started_by_hand(
    app: Flask, program: Program, planned: str, clock: Clock
) -> None:
    clock.move(days=2)  # much later than it may start
    with app.app_context():
        assert schedule.start_due() == []
    stopped = program.get(planned).get_json()
    assert (stopped["status"], stopped["not_started"]) == ("blocked", "late")
    assert program.post(f"{planned}/resume").status_code == 409
    assert program.post(f"{planned}/start").get_json()["status"] == "preparing"


@pytest.mark.parametrize(
    "reason", ["suspended", "campaign_limit", "second_yes", "no_audience", "no_way_out"]
)
def test_what_may_not_leave_is_neither_planned_nor_moved(
    app: Flask, cast: Cast, program: Program, list_id: str, path: str, reason: str
) -> None:
    with app.app_context(), transaction() as session:
        account = session.get_one(Account, cast.owner.account_id)
        if reason == "suspended":
            account.status = AccountStatus.SUSPENDED
        if reason == "campaign_limit":
            session.add(Guard(account_id=account.id, per_campaign=1))
        if reason == "second_yes":
            session.add(Guard(account_id=account.id, second_yes_above=1))
    lists = [] if reason == "no_audience" else [list_id]
    other = draft(program, list_id, lists=lists, opt_out_line=reason != "no_way_out")
    refused = program.post(f"{other}/launch", PLANNED)
    assert (refused.status_code, refused.get_json()["reason"]) == (409, reason)
    after = program.get(other).get_json()
    assert plan(after) == ("draft", None, "", "")


def test_a_request_with_a_key_is_done_once(
    app: Flask, program: Program, path: str, clock: Clock
) -> None:
    def once(name: str) -> dict[str, dict[str, str]]:
        return {"headers": {"Idempotency-Key": name}}

    later = {"local_time": "2027-03-04T10:00"}
    first = program.post(f"{path}/launch", PLANNED, **once("a")).get_json()
    moved = program.post(f"{path}/move", later, **once("b")).get_json()
    again = program.post(f"{path}/launch", PLANNED, **once("a"))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.get_json()) == (200, moved)
    assert first["send_at"] != moved["send_at"]
    other = {"local_time": "2027-03-05T10:00"}
    assert program.post(f"{path}/move", other, **once("b")).status_code == 422
    program.post(f"{path}/move", other)
    assert (
        program.post(f"{path}/move", later, **once("b"))
        .get_json()["local_time"]
        .endswith("03-05T10:00")
    )
    for _ in range(2):
        assert program.post(f"{path}/start", **once("c")).get_json()["status"] == "preparing"
    with app.app_context():
        assert db.session.scalars(select(Campaign)).one().launched_at == clock.now()


def test_a_service_text_with_words_of_promotions_is_confirmed(
    app: Flask, program: Program, list_id: str
) -> None:
    path = draft(program, list_id, text="Your sale contract is ready.", kind="service")
    refused = program.post(f"{path}/launch", PLANNED)
    assert refused.get_json()["reason"] == "like_promotion"
    confirmed = program.post(f"{path}/launch", {**PLANNED, "confirm_service": True})
    assert confirmed.get_json()["status"] == "scheduled"
    with app.app_context():
        campaign = db.session.scalars(select(Campaign)).one()
        assert campaign.service_confirmed_by == owner_of(campaign.account_id)


def test_those_of_others_are_not_planned(
    program: Program, stranger: Program, sandbox: Program, planned: str
) -> None:
    for other in (stranger, sandbox):
        for act, body in (
            ("launch", PLANNED),
            ("move", {"local_time": "2027-03-03T10:00"}),
            ("start", {}),
        ):
            assert other.post(f"{planned}/{act}", body).status_code == 404
    assert plan(program.get(planned).get_json())[1] == "2027-03-02T09:00:00.000Z"
