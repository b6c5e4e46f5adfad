"""The data of forms that must be read from the page, or made anew for each call."""

import io
from datetime import timedelta

from promosms.documents import ksef
from promosms.models import now
from promosms.services.installation import defaults
from promosms.services.prices import tables as price_tables
from tests.meta.sample_account import PRICES, Form, Ids
from tests.support.invoicing import today
from tests.support.pages import PageClient

DRAFT = {"name": "Sale", "audience": "everyone", "text": "20% off", "language": "en"}
GATEWAY: Form = {
    "name": "Second",
    "host": "smpp.example.com",
    "port": "2775",
    "tls": "y",
    "system_id": "us",
    "password": "secret",
    "rate": "20",
    "window": "5",
    "connections": "1",
}
TEMPLATE: Form = {"name": "Moved", "text": "We have moved.", "kind": "service", "language": "en"}
TEMPLATES: dict[str, Form] = {
    "templates.new": TEMPLATE,
    "templates.edit": TEMPLATE,
    "templates.count": TEMPLATE,
    "templates.use": {},
    "templates.delete": {},
    "templates.ready": {"starter": "shop-en-0"},
}
# These store nothing: previews, counts, and cookies of visitors.
STORES_NOTHING = {
    # They need a password or an authenticator app that was given before.
    *("two_factor_challenge.index", "two_factor_challenge.lost", "two_factor_challenge.remove"),
    *("two_factor.switch_on", "two_factor.switch_off", "two_factor.new_codes"),
    "automatic_answers.index",  # a text is tried: it is written, and none is sent
    "admin.check_gateway",  # the simulator has no provider
    "admin.price_table",
    "billing.choose",
    "billing.confirm_company",  # no confirmation is needed here
    "campaigns.count",
    "templates.count",
    "segments.count",
    "delete_account.verify",
    "policies.dismiss_notice",
    "policies.choose_cookies",  # no cookie is optional here
    "policies.choose_language",
}


def agreed(ids: Ids, owner: PageClient) -> Form:
    return _agreed(ids["campaign draft"], owner)


def asked(ids: Ids, owner: PageClient) -> Form:
    return _agreed(ids["dear draft"], owner)


def said_yes(ids: Ids, owner: PageClient) -> Form:
    return _agreed(ids["draft of a colleague"], owner)


def _agreed(draft: str, owner: PageClient) -> Form:
    page = owner.get_page(f"/campaigns/{draft}/review")
    return {"agreed": str(page.select("input[name=agreed]")[0]["value"])}


def edited(ids: Ids, owner: PageClient) -> Form:
    page = owner.get_page(f"/campaigns/{ids['campaign draft']}/edit")
    return {**DRAFT, "stamp": str(page.select("input[name=stamp]")[0]["value"])}


def moved(ids: Ids, owner: PageClient) -> Form:
    page = owner.get_page(f"/campaigns/{ids['campaign scheduled']}")
    day = f"{now() + timedelta(days=9):%Y-%m-%d}"
    return {"day": day, "clock": "10:00", "seen": str(page.select("input[name=seen]")[0]["value"])}


def seen(_things: Ids, _owner: PageClient) -> Form:
    with _owner.application.app_context():
        plan = price_tables.plan(defaults.default_route().id, PRICES.decode())
    return {"text": PRICES.decode(), "digest": plan.digest}


def reviewed(_things: Ids, owner: PageClient) -> Form:
    page = owner.get_page("/billing/top-up/review?amount=500000")
    fields = page.select("main input[value]:not([name=csrf_token])")
    return {str(field["name"]): str(field["value"]) for field in fields}


def mended(ids: Ids, owner: PageClient) -> Form:
    page = owner.get_page(f"/imports/{ids['import finished']}")
    key = str(page.select_one(".mend [name=row]")["value"])
    return {"row": key, f"{key}-number": "+48601222444"}


def ksef_table(_ids: Ids, _client: PageClient) -> Form:
    number = f"5260001246-{today():%Y%m%d}-0100001AF629"
    row = f"INV/{today():%Y}/000001;{number}-{ksef.crc8(number.encode()):02X}\n"
    return {"file": (io.BytesIO(row.encode()), "ksef.csv")}
