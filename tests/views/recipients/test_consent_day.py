"""The day of a consent is a day: as typed, in every zone, and never one that nobody has typed."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.forms.imports import MappingForm, PasteForm
from promosms.forms.recipients import RecipientForm
from promosms.models import Account
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient

Add = Callable[..., str]
GOOD = {"phone": "601234567", "consent": "given", "consent_source": "card"}
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"
# An ordinary day, and the two on which clocks change in Europe.
DAYS = ("2026-05-01", "2026-03-29", "2025-10-26")


def live_in(app: Flask, cast: Cast, zone: str) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Account, cast.owner.account_id).timezone = zone


def exported(client: PageClient) -> str:
    text = client.get("/recipients/download?form=commas").text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    return row["When they agreed"]


def shown(client: PageClient, path: str) -> str:
    field = client.get_page(path).select_one("input[name=consent_on]")
    assert field is not None
    return str(field.get("value", ""))


@pytest.mark.parametrize("zone", [EAST, "Europe/Warsaw", WEST])
def test_it_stays_as_it_was_typed(
    app: Flask, cast: Cast, owner: PageClient, add: Add, zone: str
) -> None:
    live_in(app, cast, zone)
    address = f"/recipients/{add('601234567')}/edit"
    for day in DAYS:
        owner.post_page(address, {**GOOD, "consent_on": day})
        assert exported(owner) == day
        assert shown(owner, address) == day
    live_in(app, cast, WEST if zone == EAST else EAST)
    assert (exported(owner), shown(owner, address)) == (DAYS[-1], DAYS[-1])


def test_pasted_recipients_have_the_day_that_was_typed(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    live_in(app, cast, "Europe/Warsaw")
    owner.post_page("/imports/paste", {**GOOD, "text": "601234567", "consent_on": "2026-05-01"})
    assert exported(owner) == "2026-05-01"


def test_forms_ask_for_it_and_suggest_none(owner: PageClient, add: Add) -> None:
    upload = {"file": (io.BytesIO(b"603456789"), "a.csv")}
    mapping = owner.post_page("/imports/new", upload).select_one("input[name=consent_on]")
    assert mapping is not None
    assert not mapping.get("value")
    without = f"/recipients/{add('602345678', agreed=False)}/edit"
    for path in ("/recipients/add", "/imports/paste", without):
        assert shown(owner, path) == "", path


MISSING = "Enter the day on which they agreed."
NO_DAY = "Give the day as day, month, year, such as 12.05.2026."
LONG_AGO = "This day is too long ago: check the year."


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", MISSING),
        ("  ", MISSING),
        ("1989-12-31", LONG_AGO),
        ("0026-05-01", LONG_AGO),
        ("2026-02-30", NO_DAY),
        ("2025-02-29", NO_DAY),
        ("last week", NO_DAY),
        ("05/06/2026", NO_DAY),  # of May or of June
        ("2026-05-01T10:00", NO_DAY),
        ("01.05.26", NO_DAY),  # of which year
        ("1990-01-01", ""),
        ("2026-05-01", ""),
        ("01.05.2026", ""),
        ("1.5.2026", ""),
        ("2024-02-29", ""),
    ],
)
@pytest.mark.parametrize("form", [RecipientForm, PasteForm, MappingForm])
def test_what_may_be_typed(
    app: Flask, form: type[RecipientForm | PasteForm | MappingForm], typed: str, problem: str
) -> None:
    with app.test_request_context(method="POST", data={**GOOD, "consent_on": typed}):
        filled = form(meta={"csrf": False})
        filled.consent_on.validate(filled, [form.validate_consent_on])
        assert list(filled.consent_on.errors) == ([problem] if problem else [])


@pytest.mark.parametrize(("zone", "ahead"), [(EAST, 1), ("UTC", 0), (WEST, -1)])
def test_today_may_be_typed_and_tomorrow_not_where_the_account_is(
    app: Flask, cast: Cast, clock: Clock, zone: str, ahead: int
) -> None:
    live_in(app, cast, zone)
    half_past_ten = clock.now().replace(hour=10, minute=30)
    clock.move(seconds=(half_past_ten - clock.now()).total_seconds())
    owner = cast.owner.browser()  # after the move: hours without a click would end the session
    today = half_past_ten.date() + timedelta(days=ahead)
    tomorrow = today + timedelta(days=1)
    page = owner.post_page("/recipients/add", {**GOOD, "consent_on": tomorrow.isoformat()})
    assert "This day is still to come." in page.get_text()
    owner.post_page("/recipients/add", {**GOOD, "consent_on": today.isoformat()})
    assert exported(owner) == today.isoformat()
