"""Recipients that programs add, change, read and delete, and what they say of consent."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    FIELDS,
    Account,
    Campaign,
    ConsentAct,
    ConsentChange,
    FieldType,
    SuppressionSource,
)
from promosms.services.campaigns import preparation
from promosms.services.recipients import lists
from promosms.services.recipients.consent import FIRST_DAY
from promosms.services.sending import opt_outs
from tests.support.api import Program, owner_of
from tests.support.cast import Cast
from tests.support.clock import Clock

NUMBER = "+48600100200"
OLA = {"phone": NUMBER, "first_name": "Ola", "city": "Łódź"}
AGREED = {"given": True, "source": "Newsletter form", "agreed_on": "2024-03-14"}
WITHDRAWN = {"given": False}


@pytest.fixture
def today(clock: Clock) -> date:
    """In Warsaw, where the account is, a day has begun that is still to come in UTC."""
    moment = clock.now()
    late = moment.replace(hour=23, minute=30)
    clock.move(seconds=(late - moment).total_seconds())
    return late.date() + timedelta(days=1)


def new_list(app: Flask, account_id: int, name: str) -> str:
    with app.app_context():
        return lists.create(account_id, name).public_id


def put(program: Program, **change: object) -> dict[str, Any]:
    answer = program.post("/recipients", {"phone": NUMBER, **change})
    assert answer.status_code in (200, 201), answer.text
    body: dict[str, Any] = answer.get_json()
    assert program.get(f"/recipients/{body['id']}").get_json() == body
    return body


def refused(program: Program, **change: object) -> tuple[str, list[str]]:
    answer = program.post("/recipients", {"phone": NUMBER, **change})
    assert answer.status_code == 422, answer.text
    problem = answer.get_json()
    return problem["code"], [error["pointer"] for error in problem["errors"]]


def test_a_person_is_added_and_read(program: Program) -> None:
    added = program.post("/recipients", {**OLA, "phone": "+48 600 100 200"})
    assert added.status_code == 201
    person = added.get_json()
    assert {name: person[name] for name in OLA} == OLA
    assert (person["country"], person["lists"], person["opted_out"]) == ("PL", [], False)
    assert person["consent"] == {"given": False, "source": "", "agreed_on": None}
    assert program.get(added.location.removeprefix("/api/v1")).get_json() == person
    assert program.get("/recipients").get_json() == {"recipients": [person], "next_cursor": None}


def test_every_field_can_be_sent(program: Program) -> None:
    known = {column.name: column.name for column in FIELDS[1:]}
    known |= {"birthday": "--02-29", "email": "ola@example.com"}
    person = put(program, **known)
    assert {name: person[name] for name in known} == known


@pytest.mark.parametrize(
    ("existing", "first_name", "company"),
    [("leave", "Ola", ""), ("complete", "Ola", "Pizza"), ("overwrite", "Jan", "Pizza")],
)
def test_what_becomes_of_one_who_is_here_is_said(
    program: Program, existing: str, first_name: str, company: str
) -> None:
    program.post("/recipients", OLA)
    again = program.post(
        "/recipients",
        {"phone": NUMBER, "first_name": "Jan", "company": "Pizza", "existing": existing},
    )
    person = again.get_json()
    assert (again.status_code, person["first_name"], person["company"]) == (
        200,
        first_name,
        company,
    )
    assert person["city"] == "Łódź"


def test_an_empty_value_deletes_only_when_it_overwrites(program: Program) -> None:
    program.post("/recipients", OLA)
    assert put(program, city="")["city"] == "Łódź"
    assert put(program, city="", existing="overwrite")["city"] == ""


def test_the_time_of_the_last_change_is_that_of_a_change(
    app: Flask, cast: Cast, program: Program, clock: Clock
) -> None:
    first = put(program, **OLA)["updated_at"]
    list_id = new_list(app, cast.owner.account_id, "Regulars")
    clock.move(minutes=1)
    assert put(program, **OLA)["updated_at"] == first
    for change in ({"company": "Pizza"}, {"lists": [list_id]}, {"consent": AGREED}):
        clock.move(minutes=1)
        last = put(program, **change)["updated_at"]
        assert last > first
        assert put(program, **change)["updated_at"] == last
        first = last


def test_they_are_found_by_the_search_of_the_page(cast: Cast, program: Program) -> None:
    put(program, **OLA)
    put(program, last_name="Köhler")
    page = cast.owner.browser().get("/recipients?q=kohler")
    assert "Köhler" in page.text


@pytest.mark.parametrize("column", FIELDS[1:], ids=lambda column: column.name)
def test_values_are_as_long_as_their_columns(program: Program, column: Any) -> None:
    if column.type == FieldType.BIRTHDAY:
        assert refused(program, birthday="1990-05-171")[0] == "invalid-request"
        return
    end = "@example.com" if column.name == "email" else ""
    longest = "x" * (column.longest - len(end)) + end
    assert put(program, **{column.name: longest})[column.name] == longest
    wrong = refused(program, **{column.name: f"x{longest}"})
    assert wrong == ("invalid-request", [f"#/{column.name}"])


@pytest.mark.parametrize(
    ("birthday", "right"),
    [
        *(("2024-02-29", True), ("--02-29", True), ("", True)),
        *(("2023-02-29", False), ("--02-30", False), ("1990-13-01", False)),
    ],
)
def test_a_birthday_is_a_day_that_there_is(program: Program, birthday: str, right: bool) -> None:
    if right:
        assert put(program, birthday=birthday)["birthday"] == birthday
    else:
        assert refused(program, birthday=birthday) == ("unfit-value", ["#/birthday"])


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [("number", "-12.5", "12,5"), ("date", "2026-05-17", "17.05.2026")],
)
def test_own_fields_have_the_types_of_the_account(
    app: Flask, cast: Cast, program: Program, kind: str, right: str, wrong: str
) -> None:
    with app.app_context(), transaction() as session:
        account = session.get_one(Account, cast.owner.account_id)
        account.field_types = {"field2": kind}
    assert put(program, field2=right, field1=wrong)["field2"] == right
    assert refused(program, field2=wrong) == ("unfit-value", ["#/field2"])
    assert put(program)["field2"] == right


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"phone": "600100200"}, "invalid-number", "#/phone"),
        ({"phone": "+48221002003"}, "invalid-number", "#/phone"),
        ({"email": "nobody"}, "invalid-request", "#/email"),
        ({"first_name": "a\x00"}, "invalid-request", "#/first_name"),
        ({"shoe_size": "42"}, "invalid-request", "#/shoe_size"),
        ({"existing": "replace"}, "invalid-request", "#/existing"),
        ({"lists": ["0" * 20]}, "unknown-audience", "#/lists"),
        ({"consent": {"given": "yes"}}, "invalid-request", "#/consent/given"),
    ],
)
def test_mistakes_are_named_and_nobody_is_added(
    program: Program, change: dict[str, object], code: str, pointer: str
) -> None:
    assert refused(program, **change) == (code, [pointer])
    assert program.get("/recipients").get_json()["recipients"] == []


def test_they_are_put_on_lists_and_stay_on_others(app: Flask, cast: Cast, program: Program) -> None:
    names = ("Regulars", "Guests")
    regulars, guests = (new_list(app, cast.owner.account_id, name) for name in names)
    put(program, lists=[regulars])
    on = put(program, lists=[guests, guests], existing="leave")["lists"]
    assert on == [{"id": guests, "name": "Guests"}, {"id": regulars, "name": "Regulars"}]
    sizes = [one["size"] for one in program.get("/lists").get_json()["lists"]]
    assert sizes == [1, 1]


def test_they_come_page_by_page_and_by_number_and_list(
    app: Flask, cast: Cast, program: Program
) -> None:
    list_id = new_list(app, cast.owner.account_id, "Regulars")
    numbers = [f"+4860010020{number}" for number in range(5)]
    for number in numbers:
        put(program, phone=number, lists=[list_id] if number != numbers[2] else [])
    assert phones(program, "limit=2") == [numbers[:2:-1], numbers[2:0:-1], numbers[:1]]
    on_it = [number for number in numbers[::-1] if number != numbers[2]]
    assert phones(program, f"limit=2&list={list_id}") == [on_it[:2], on_it[2:]]
    assert phones(program, "phone=%2B48600100203") == [[numbers[3]]]
    assert phones(program, f"phone=%2B48600100202&list={list_id}") == [[]]
    for limit, status in ((0, 422), (1, 200), (100, 200), (101, 422)):
        assert program.get(f"/recipients?limit={limit}").status_code == status
    unknown = program.get(f"/recipients?list={'0' * 20}")
    assert (unknown.status_code, unknown.get_json()["unknown"]) == (422, ["0" * 20])
    assert program.get("/recipients?cursor=made-up").status_code == 422


def phones(program: Program, query: str) -> list[list[str]]:
    found, cursor = [], ""
    while cursor is not None:
        page = program.get(f"/recipients?{query}&cursor={cursor}").get_json()
        found.append([person["phone"] for person in page["recipients"]])
        cursor = page["next_cursor"]
    return found


def acts(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        rows = db.session.scalars(select(ConsentAct).order_by(ConsentAct.id)).all()
        return [(act.how, act.state, act.source) for act in rows]


def test_a_consent_is_noted_with_its_evidence(app: Flask, cast: Cast, program: Program) -> None:
    given = {"given": True, "source": "Newsletter form", "agreed_on": "2024-03-14"}
    assert put(program, consent=AGREED)["consent"] == given
    put(program, consent=AGREED)
    assert put(program, first_name="Ola", consent=None)["consent"] == given
    assert acts(app) == [("api", "given", "Newsletter form")]
    with app.app_context():
        assert db.session.scalars(select(ConsentAct.by)).one() == owner_of(cast.owner.account_id)
    assert put(program, consent={**AGREED, "source": "Shop"})["consent"]["source"] == "Shop"
    assert [source for *_act, source in acts(app)] == ["Newsletter form", "Shop"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ConsentChange)) == 1


def test_the_day_of_a_consent_has_come(program: Program, today: date) -> None:
    days = [FIRST_DAY - timedelta(days=1), today + timedelta(days=1), None]
    for day in days:
        wrong = refused(program, consent={**AGREED, "agreed_on": day and day.isoformat()})
        assert wrong == ("unfit-value", ["#/consent/agreed_on"])
    for day in (FIRST_DAY, today):
        consent = put(program, consent={**AGREED, "agreed_on": day.isoformat()})["consent"]
        assert (consent["given"], consent["agreed_on"]) == (True, day.isoformat())


@pytest.mark.parametrize("source", ["", "  "])
def test_a_consent_needs_evidence(program: Program, source: str) -> None:
    wrong = refused(program, consent={**AGREED, "source": source})
    assert wrong == ("unfit-value", ["#/consent/source"])
    assert put(program, consent={**AGREED, "source": "x" * 300})["consent"]["given"]
    too_long = refused(program, consent={**AGREED, "source": "x" * 301})
    assert too_long == ("invalid-request", ["#/consent/source"])


def test_who_withdraws_gets_no_promotion_that_waits(app: Flask, program: Program) -> None:
    put(program, consent=AGREED)
    draft = program.post("/campaigns", {"text": "We are open.", "everyone": True})
    path = draft.location.removeprefix("/api/v1")
    program.post(f"{path}/launch", {"agreed_price": "9"})
    with app.app_context():
        preparation.prepare(db.session.scalars(select(Campaign.id)).one())
    assert program.get(path).get_json()["queued"] == 1
    assert put(program, consent=WITHDRAWN, existing="leave")["consent"]["given"] is False
    assert [state for _how, state, _source in acts(app)] == ["given", "none"]
    report = program.get(path).get_json()
    assert (report["queued"], report["skipped"]) == (0, 1)


def test_old_news_do_not_undo_a_withdrawal(program: Program, today: date, clock: Clock) -> None:
    put(program, consent=AGREED)
    put(program, consent=WITHDRAWN)
    for day in (AGREED["agreed_on"], today.isoformat()):
        assert not put(program, consent={**AGREED, "agreed_on": day})["consent"]["given"]
    clock.move(days=2)
    later = (today + timedelta(days=2)).isoformat()
    assert put(program, consent={**AGREED, "agreed_on": later})["consent"]["given"]


def test_a_consent_lifts_no_opt_out(app: Flask, cast: Cast, program: Program) -> None:
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, NUMBER, SuppressionSource.KEYWORD)
    person = put(program, consent=AGREED)
    assert (person["opted_out"], person["consent"]["given"]) == (True, True)
    text = program.post("/messages", {"to": NUMBER, "text": "Your parcel is here."})
    assert text.get_json()["code"] == "opted-out"


def test_who_is_deleted_gets_nothing_that_waits_and_stays_opted_out(
    app: Flask, program: Program
) -> None:
    person = put(program, consent=AGREED)
    text = program.post("/messages", {"to": NUMBER, "text": "Your parcel is here."})
    program.post("/opt-outs", {"to": "+48600100201"})
    other = put(program, phone="+48600100201")
    gone = program.post(f"/recipients/{person['id']}/delete")
    assert (gone.status_code, gone.get_json()) == (200, {"id": person["id"], "deleted": True})
    program.post(f"/recipients/{other['id']}/delete")
    path = text.location.removeprefix("/api/v1")
    assert program.get(path).get_json()["status"] == "skipped"
    assert program.get(f"/recipients/{person['id']}").status_code == 404
    assert program.post(f"/recipients/{person['id']}/delete").status_code == 404
    assert [one["to"] for one in program.get("/opt-outs").get_json()["opt_outs"]] == [
        "+48600100201"
    ]
    assert acts(app) == []


def test_a_request_with_a_key_is_done_once(program: Program) -> None:
    once = {"headers": {"Idempotency-Key": "a"}}
    first = program.post("/recipients", OLA, **once)
    put(program, company="Pizza")
    again = program.post("/recipients", OLA, **once)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json()["company"] == "Pizza"
    changed = {"headers": {"Idempotency-Key": "b"}}
    for _ in range(2):
        assert program.post("/recipients", OLA, **changed).status_code == 200
    program.post(f"/recipients/{again.get_json()['id']}/delete")
    assert program.post("/recipients", OLA, **once).get_json()["code"] == "done-and-deleted"
    assert program.get("/recipients").get_json()["recipients"] == []


def test_people_of_others_are_unknown(
    app: Flask, cast: Cast, program: Program, stranger: Program
) -> None:
    person = put(program, **OLA)
    list_id = new_list(app, cast.owner.account_id, "Regulars")
    path = f"/recipients/{person['id']}"
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/delete").status_code == 404
    assert stranger.get("/recipients").get_json()["recipients"] == []
    assert stranger.get(f"/recipients?list={list_id}").status_code == 422
    assert refused(stranger, lists=[list_id]) == ("unknown-audience", ["#/lists"])
    theirs = stranger.post("/recipients", {"phone": NUMBER})
    assert (theirs.status_code, theirs.get_json()["first_name"]) == (201, "")
    assert program.get(path).get_json() == person


def test_there_is_nobody_in_the_sandbox(program: Program, sandbox: Program) -> None:
    path = f"/recipients/{put(program, **OLA)['id']}"
    for call in (sandbox.post("/recipients", OLA), sandbox.post(f"{path}/delete")):
        assert (call.status_code, call.get_json()["code"]) == (403, "not-in-sandbox")
    assert sandbox.get(path).status_code == 404
    assert sandbox.get("/recipients").get_json()["recipients"] == []
    assert program.get(path).status_code == 200
