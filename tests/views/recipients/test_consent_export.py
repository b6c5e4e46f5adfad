"""The export of consents: what each person has said, in force and before, with what proves it."""

import csv
import hashlib
import io
from collections.abc import Callable

import pytest

from promosms.extensions import db
from promosms.models import Import, now
from promosms.services.imports import run as import_run
from promosms.services.recipients import consent_exports, wordings
from tests.support.cast import Cast
from tests.support.pages import PageClient

Add = Callable[..., str]


def table(client: PageClient) -> list[dict[str, str]]:
    response = client.get("/recipients/consents/download?form=commas")
    return list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"), newline="")))


def test_it_has_every_act_of_everybody(
    owner: PageClient,
    stranger: PageClient,
    add: Add,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consent_exports, "PAGE", 1)
    today = now().date().isoformat()
    anna = add("601234567", first_name="Anna")
    add("602345678", agreed=False)
    add("603345678", first_name="Ola")
    said = {"phone": "601234567", "first_name": "Anna"}
    with cast.owner.app.app_context():
        words = wordings.add(cast.owner.account_id, "Card", "en", "I agree to texts.", "").public_id
    evidence = {"consent_source": "=card", "consent_on": today, "wording": words}
    agreed = {"consent": "given", **evidence}
    for answer in ({"consent": "none"}, agreed):
        owner.post_page(f"/recipients/{anna}/edit", said | answer)
    rows = table(owner)
    assert [(row["Mobile number"][-9:], row["Consent"]) for row in rows] == [
        ("601234567", "agreed"),
        ("601234567", "withdrawn"),
        ("601234567", "agreed"),
        ("603345678", "agreed"),
    ]
    last, withdrawn, first, other = rows
    assert (last["Where or how they agreed"], last["When they agreed"]) == ("'=card", today)
    digest = hashlib.sha256(b"I agree to texts.").hexdigest()
    proof = ("Words they agreed to", "Version", "SHA-256 of these words")
    assert [last[name] for name in proof] == ["I agree to texts.", "1", digest]
    assert [first[name] for name in proof] == ["", "", ""]
    assert (last["Recorded by"], last["Recorded"]) == (cast.owner.email, "by hand")
    assert (last["Replaced on"], other["Replaced on"]) == ("", "")
    assert first["Recorded on"] <= first["Replaced on"] <= withdrawn["Replaced on"]
    assert first["Where or how they agreed"] == "form"
    file = io.BytesIO(b"phone,name\n604345678,Ewa\n")
    address = owner.send("/imports/new", {"file": (file, "people.csv")}).location
    owner.post_page(address, {"column": ["phone", "first_name"], "has_header": "y", **agreed})
    with cast.owner.app.app_context():
        import_run.work(db.session.query(Import.id).scalar())
    ewa = table(owner)[-1]
    assert (ewa["Mobile number"][-9:], ewa["Recorded"]) == ("604345678", "by an import")
    assert (ewa["File of the import"], ewa["Version"]) == ("people.csv", "1")
    assert other["File of the import"] == ""
    assert table(stranger) == []
