"""Templates that programs keep, change, read and delete."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, CampaignTemplate
from promosms.services.campaigns.drafts import Draft
from promosms.services.templates import templates
from tests.support.api import Program
from tests.support.cast import Cast

PICKUP = {"name": "Pickup", "text": "It is here, {first_name|there}.", "kind": "service"}
OFFER = {"name": "Offer", "text": "20% off", "language": "pl"}


def keep(program: Program, **change: object) -> str:
    answer = program.post("/templates", {**PICKUP, **change})
    assert answer.status_code == 201, answer.text
    return answer.location.removeprefix("/api/v1")


def names(app: Flask) -> list[str]:
    with app.app_context():
        found = list(db.session.scalars(select(CampaignTemplate.name).order_by("name")))
        db.session.remove()
        return found


def test_those_of_the_account_are_listed(
    app: Flask, cast: Cast, program: Program, sandbox: Program, stranger: Program
) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        kept = templates.create(account, "Pickup", Draft(text="It is here.", kind="service"))
        public_id = kept.public_id
    expected = {
        "id": public_id,
        "name": "Pickup",
        "text": "It is here.",
        "kind": "service",
        "language": "en",
        "opt_out_line": True,
    }
    assert program.get("/templates").get_json() == {"templates": [expected]}
    assert program.get(f"/templates/{public_id}").get_json() == expected
    for each in (sandbox, stranger):
        assert each.get("/templates").get_json() == {"templates": []}
        assert each.get(f"/templates/{public_id}").status_code == 404


def test_one_is_kept_changed_and_deleted(app: Flask, program: Program) -> None:
    path = keep(program, name=" Pick\tup ")
    kept = program.get(path).get_json()
    assert kept["name"] == "Pick up"
    assert (kept["text"], kept["kind"], kept["opt_out_line"]) == (
        *(PICKUP["text"], "service"),
        False,
    )
    changed = program.post(f"{path}/change", OFFER).get_json()
    promotional = {"kind": "promotional", "opt_out_line": True}
    assert changed == {**kept, **OFFER, **promotional} == program.get(path).get_json()
    with app.app_context():
        account = db.session.scalars(select(CampaignTemplate)).one().account_id
        begun = templates.use(
            db.session.get_one(Account, account), db.session.scalars(select(CampaignTemplate)).one()
        )
        assert (begun.text, begun.language) == ("20% off", "pl")
    deleted = program.post(f"{path}/delete")
    assert deleted.get_json() == {"id": kept["id"], "deleted": True}
    for answer in (
        program.get(path),
        program.post(f"{path}/change", OFFER),
        program.post(f"{path}/delete"),
    ):
        assert answer.status_code == 404
    assert len(program.get("/campaigns").get_json()["campaigns"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"name": "Offer"}, 409, "name-taken", "#/name"),
        ({"name": " \u200b"}, 422, "unfit-value", "#/name"),
        ({"name": "x" * 61}, 422, "invalid-request", "#/name"),
        ({"text": " "}, 422, "empty-text", "#/text"),
        ({"text": "x" * 919}, 422, "text-too-long", "#/text"),
        ({"text": "Hello {shoe_size}"}, 422, "unknown-placeholder", "#/text"),
        ({"language": "zz"}, 422, "invalid-request", "#/language"),
        ({"kind": "other"}, 422, "invalid-request", "#/kind"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_member(
    app: Flask, program: Program, change: dict[str, str], status: int, code: str, pointer: str
) -> None:
    keep(program, **OFFER)
    path = keep(program)
    for address in ("/templates", f"{path}/change"):
        name = "Another" if address == "/templates" else "Pickup"
        answer = program.post(address, {**PICKUP, "name": name, **change})
        problem = answer.get_json()
        assert (answer.status_code, problem["code"]) == (status, code)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
        if code == "unknown-placeholder":
            assert problem["names"] == ["shoe_size"]
    assert names(app) == ["Offer", "Pickup"]
    assert program.get(path).get_json()["text"] == PICKUP["text"]


def test_the_longest_text_is_kept(program: Program) -> None:
    keep(program, text="x" * 918)


@pytest.mark.parametrize(("kept", "status"), [(99, 201), (100, 409)])
def test_an_account_keeps_a_hundred(
    app: Flask, cast: Cast, program: Program, kept: int, status: int
) -> None:
    with app.app_context(), transaction() as session:
        account_id = cast.owner.account_id
        session.add_all(
            [CampaignTemplate(account_id=account_id, name=f"{n}", text="x") for n in range(kept)]
        )
    answer = program.post("/templates", PICKUP)
    assert answer.status_code == status
    if status == 409:
        problem = answer.get_json()
        assert (problem["code"], problem["most"]) == ("too-many-stored", 100)


def test_a_request_with_a_key_keeps_it_once(app: Flask, program: Program) -> None:
    once = {"headers": {"Idempotency-Key": "a"}}
    first, again = (program.post("/templates", PICKUP, **once) for _ in range(2))
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.location == first.location
    assert names(app) == ["Pickup"]
    program.post(f"{first.location.removeprefix('/api/v1')}/delete")
    gone = program.post("/templates", PICKUP, **once)
    assert (gone.status_code, gone.get_json()["code"]) == (409, "done-and-deleted")


def test_others_and_the_sandbox_change_nothing(
    app: Flask, program: Program, sandbox: Program, stranger: Program
) -> None:
    path = keep(program)
    assert sandbox.post("/templates", PICKUP).get_json()["code"] == "not-in-sandbox"
    for each in (sandbox, stranger):
        assert each.post(f"{path}/change", OFFER).status_code == 404
        assert each.post(f"{path}/delete").status_code == 404
    assert stranger.post("/templates", PICKUP).status_code == 201
    assert program.get(path).get_json()["name"] == "Pickup"
