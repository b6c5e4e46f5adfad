"""Lists that programs make, rename and delete, and people whom they put on them and take off."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Recipient,
    RecipientList,
    Segment,
    Trigger,
)
from promosms.services.automations import automations
from promosms.services.automations.automations import When
from promosms.services.campaigns import drafts
from promosms.services.recipients.segments import segments
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
from promosms.services.sign_ups import forms
from promosms.services.sign_ups.forms import Draft, Words
from tests.support.api import Program
from tests.support.cast import Cast
from tests.views.api.test_campaigns import draft

NUMBERS = [f"+4860100200{number}" for number in range(3)]
REGULARS = {"name": "Regulars"}


@pytest.fixture
def path(program: Program) -> str:
    """The address of an empty list."""
    made = program.post("/lists", {"name": "Friends"})
    assert made.status_code == 201, made.text
    return made.location.removeprefix("/api/v1")


def people(program: Program, path: str) -> list[str]:
    """The numbers of those on a list."""
    address = f"/recipients?list={path.removeprefix('/lists/')}"
    return sorted(one["phone"] for one in program.get(address).get_json()["recipients"])


def ids(program: Program) -> dict[str, str]:
    """The ids of all people by their numbers."""
    found = program.get("/recipients").get_json()["recipients"]
    return {one["phone"]: one["id"] for one in found}


def names(program: Program) -> list[str]:
    return [one["name"] for one in program.get("/lists").get_json()["lists"]]


def test_one_is_made_renamed_and_deleted_without_its_people(program: Program, list_id: str) -> None:
    made = program.post("/lists", {"name": " Old\tfriends "})
    path = made.location.removeprefix("/api/v1")
    one = {"id": made.get_json()["id"], "name": "Old friends", "size": 0}
    assert made.get_json() == one == program.get(path).get_json()
    assert names(program) == ["Old friends", "Regulars"]
    renamed = program.post(f"{path}/rename", {"name": "Friends"}).get_json()
    assert renamed == {**one, "name": "Friends"} == program.get(path).get_json()
    program.post(f"{path}/add", {"phones": NUMBERS})
    deleted = program.post(f"{path}/delete").get_json()
    assert deleted == {"id": one["id"], "deleted": True}
    for answer in (
        program.get(path),
        program.post(f"{path}/delete"),
        program.post(f"{path}/rename", REGULARS),
        program.post(f"{path}/add", {"phones": NUMBERS}),
    ):
        assert answer.status_code == 404
    assert len(ids(program)) == 3


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("Regulars", 409, "name-taken"),
        (" \u200b", 422, "unfit-value"),
        ("", 422, "invalid-request"),
        ("x" * 81, 422, "invalid-request"),
    ],
)
def test_a_name_that_cannot_be_given_is_refused(
    program: Program, path: str, list_id: str, name: str, status: int, code: str
) -> None:
    for address in ("/lists", f"{path}/rename"):
        answer = program.post(address, {"name": name})
        problem = answer.get_json()
        assert (answer.status_code, problem["code"]) == (status, code)
        assert [error["pointer"] for error in problem["errors"]] == ["#/name"]
    assert names(program) == ["Friends", "Regulars"]


@pytest.mark.parametrize(("kept", "status"), [(499, 201), (500, 409)])
def test_programs_make_no_more_lists_than_imports(
    app: Flask, cast: Cast, program: Program, kept: int, status: int
) -> None:
    with app.app_context(), transaction() as session:
        account_id = cast.owner.account_id
        session.add_all([RecipientList(account_id=account_id, name=f"{n}") for n in range(kept)])
    answer = program.post("/lists", REGULARS)
    assert answer.status_code == status
    if status == 409:
        problem = answer.get_json()
        assert (problem["code"], problem["most"]) == ("too-many-stored", 500)


def test_a_request_with_a_key_makes_one(program: Program) -> None:
    once = {"headers": {"Idempotency-Key": "a"}}
    first, again = (program.post("/lists", REGULARS, **once) for _ in range(2))
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert names(program) == ["Regulars"]
    program.post(f"{first.location.removeprefix('/api/v1')}/delete")
    gone = program.post("/lists", REGULARS, **once)
    assert (gone.status_code, gone.get_json()["code"]) == (409, "done-and-deleted")


def test_people_are_put_on_and_taken_off_by_id_and_by_number(
    program: Program, path: str, list_id: str
) -> None:
    known = ids(program)
    some = {"recipients": [known[NUMBERS[0]]], "phones": ["+48 601 002 000", NUMBERS[1]]}
    added = program.post(f"{path}/add", some).get_json()
    assert (added["size"], added["changed"]) == (2, 2)
    assert people(program, path) == NUMBERS[:2]
    again = program.post(f"{path}/add", {"phones": NUMBERS}).get_json()
    assert (again["size"], again["changed"]) == (3, 1)
    removed = program.post(f"{path}/remove", some).get_json()
    assert (removed["size"], removed["changed"]) == (1, 2)
    assert program.post(f"{path}/remove", some).get_json()["changed"] == 0
    assert program.post(f"{path}/remove", {}).get_json()["changed"] == 0
    assert people(program, path) == NUMBERS[2:]
    assert program.get(f"/lists/{list_id}").get_json()["size"] == 3


def test_a_mistake_in_one_changes_nobody(
    program: Program, stranger: Program, path: str, list_id: str
) -> None:
    theirs = stranger.post("/recipients", {"phone": "+48601009999"}).get_json()["id"]
    mine = ids(program)[NUMBERS[0]]
    body = {
        "recipients": [mine, theirs, "0" * 20],
        "phones": [NUMBERS[1], "600100200", "+48601009999", NUMBERS[2], "+48601008888"],
    }
    expected = [
        ("#/phones/1", "invalid-number"),
        ("#/phones/2", "unknown-recipient"),
        ("#/phones/4", "unknown-recipient"),
        ("#/recipients/1", "unknown-recipient"),
        ("#/recipients/2", "unknown-recipient"),
    ]
    program.post(f"{path}/add", {"recipients": [mine]})
    for act in ("add", "remove"):
        answer = program.post(f"{path}/{act}", body)
        found = [(error["pointer"], error["code"]) for error in answer.get_json()["errors"]]
        assert (answer.status_code, found) == (422, expected)
    assert people(program, path) == NUMBERS[:1]
    assert len(program.post(f"{path}/add", {"phones": ["1"] * 60}).get_json()["errors"]) == 50


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 422)])
def test_ten_thousand_people_at_once(
    app: Flask, cast: Cast, program: Program, path: str, more: int, status: int
) -> None:
    phones = [f"+4860{number:07}" for number in range(5_000)]
    with app.app_context(), transaction() as session:
        rows = [
            Recipient(account_id=cast.owner.account_id, phone=phone, country="PL")
            for phone in phones
        ]
        session.add_all(rows)
        session.flush()
        public_ids = [row.public_id for row in rows]
    body = {"recipients": public_ids, "phones": [*phones, *phones[:more]]}
    answer = program.post(f"{path}/add", body)
    assert answer.status_code == status
    if more:
        assert answer.get_json()["code"] == "too-many-people"
    assert program.get(path).get_json()["size"] == (0 if more else 5_000)


def test_one_of_a_campaign_or_of_a_segment_is_kept(
    app: Flask, cast: Cast, program: Program, list_id: str
) -> None:
    path, campaign = f"/lists/{list_id}", draft(program, list_id)
    with app.app_context():
        asks = Filter(Match.ALL, (Condition(Kind.LIST, Kind.LIST, "on", list_id),))
        segment_id = segments.create(cast.owner.account_id, "On it", asks).public_id
    for confirm in (False, True):
        refused = program.post(f"{path}/delete", {"confirm_used": confirm})
        problem = refused.get_json()
        assert (refused.status_code, problem["code"]) == (409, "list-in-use")
        assert campaign.endswith(problem["campaign"])
        assert problem["segment"] == segment_id
    with app.app_context(), transaction() as session:
        session.scalars(select(Campaign)).one().status = CampaignStatus.CANCELLED
        session.delete(session.scalars(select(Segment)).one())
    assert program.post(f"{path}/delete").status_code == 200


@pytest.mark.parametrize("user", ["automations", "forms"])
def test_one_that_something_uses_by_itself_is_deleted_only_if_that_is_confirmed(
    app: Flask, cast: Cast, program: Program, list_id: str, user: str
) -> None:
    account_id = cast.owner.account_id
    with app.app_context():
        if user == "forms":
            number = db.session.scalars(select(RecipientList.id)).one()
            words = {"en": Words("News", "", "I agree.")}
            forms.add(account_id, Draft(number, words), "a user")
        else:
            account = db.session.get_one(Account, account_id)
            written = drafts.Draft(text="Happy birthday!", lists=[list_id])
            automations.create(account, When(Trigger.BIRTHDAY), written, "")
    refused = program.post(f"/lists/{list_id}/delete").get_json()
    assert refused["code"] == "list-in-use"
    assert {name: refused[name] for name in ("automations", "forms")} == {
        "automations": 0,
        "forms": 0,
        user: 1,
    }
    assert "confirm_used" in refused["detail"]
    assert names(program) == ["Regulars"]
    assert program.post(f"/lists/{list_id}/delete", {"confirm_used": True}).status_code == 200
    with app.app_context():
        assert forms.offered(account_id) == []


def test_others_and_the_sandbox_change_nothing(
    program: Program, sandbox: Program, stranger: Program, list_id: str
) -> None:
    path = f"/lists/{list_id}"
    assert sandbox.post("/lists", {"name": "Trial"}).get_json()["code"] == "not-in-sandbox"
    for other in (sandbox, stranger):
        assert other.get(path).status_code == 404
        for act, body in (
            ("rename", {"name": "Mine"}),
            ("add", {}),
            ("remove", {}),
            ("delete", {}),
        ):
            assert other.post(f"{path}/{act}", body).status_code == 404
    assert stranger.post("/lists", REGULARS).status_code == 201
    assert program.get(path).get_json() == {"id": list_id, "name": "Regulars", "size": 3}
