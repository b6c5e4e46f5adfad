"""Privacy, cookies and terms: public, readable, and true of this installation."""

import re
from itertools import chain

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.language import force_locale, gettext
from promosms.logs import schema as log_schema
from promosms.models import Gateway
from promosms.services.privacy import export_tables
from tests.support.invoicing import POLISH
from tests.support.pages import PageClient, words
from tests.support.settings import override

PAGES = ("/privacy", "/cookies", "/terms")
PARTS = re.compile(r"\b(parts?|część|części)\b", re.IGNORECASE)
OPERATOR = {
    "OPERATOR_NAME": "Quiet Lines sp. z o.o.",
    "OPERATOR_ADDRESS": "ul. Cicha 3, 00-001 Warszawa",
    "OPERATOR_EMAIL": "hello@quiet.example",
    "OPERATOR_TAX_ID": "PL1234563218",
}


@pytest.mark.parametrize("path", PAGES)
def test_they_open_without_signing_in_and_name_the_operator(
    app: Flask, visitor: PageClient, path: str
) -> None:
    override(app, OPERATOR)
    text = visitor.get_page(path).get_text()
    for fact in OPERATOR.values():
        assert fact in text
    assert "Version of" in text


@pytest.mark.parametrize("path", PAGES)
def test_they_open_for_signed_in_users(owner: PageClient, admin: PageClient, path: str) -> None:
    owner.get_page(path)
    admin.get_page(path)


@pytest.mark.parametrize("path", ["/privacy", "/terms"])
def test_the_table_of_contents_leads_to_every_heading(visitor: PageClient, path: str) -> None:
    page = visitor.get_page(path)
    links = [(str(a["href"])[1:], words(a.get_text())) for a in page.select(".contents a")]
    heads = [(str(h["id"]), words(h.get_text())) for h in page.select("main h2")]
    assert links == heads
    assert len(links) > 8


@pytest.mark.parametrize("path", ["/", *PAGES, "/login", "/nothing-here"])
def test_every_page_links_to_them(visitor: PageClient, path: str) -> None:
    page = visitor.get_page(path, 404 if path == "/nothing-here" else 200)
    links = [str(a["href"]) for a in page.select(".footer a")]
    assert links[:4] == ["/privacy", "/privacy/promises", "/cookies", "/terms"]


def test_privacy_says_that_nothing_is_sent_with_only_the_simulator(
    visitor: PageClient,
) -> None:
    text = visitor.get_page("/privacy").get_text()
    assert "no text leaves this installation" in text
    assert "Simulator" not in text


def receivers(visitor: PageClient) -> dict[str, tuple[str, str]]:
    """Who receives data, which data, and where."""
    page = visitor.get_page("/privacy")
    table = page.select_one("#others ~ table")
    assert table is not None
    rows = [[words(cell.get_text()) for cell in row.select("th, p")] for row in table.select("tr")]
    return {name: (gets, place) for name, gets, place in rows[1:]}


def test_privacy_names_every_receiver_of_data(app: Flask, visitor: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.add(Gateway(name="Northern Mobile", kind="smpp"))
    assert list(receivers(visitor)) == ["Northern Mobile"]
    override(
        app,
        POLISH,
        mail_server="mail.quiet.example",
        stripe_secret_key="sk_live_1",
        stripe_webhook_secret="whsec_1",
        vies_url="https://vies.example",
        processors=["Big Rack GmbH: servers"],
    )
    named = receivers(visitor)
    assert list(named) == [
        "Northern Mobile",
        "Mail server mail.quiet.example",
        "Stripe",
        "VIES, the register of the European Commission",
        "KSeF, the register of the Polish tax office",
        "Big Rack GmbH",
    ]
    assert named["Big Rack GmbH"][0] == "servers"
    assert all(all(words) for words in named.values())


def test_privacy_says_where_each_receiver_works(app: Flask, visitor: PageClient) -> None:
    with app.app_context(), transaction() as session:
        for kind in (
            "twilio",
            "vonage",
            "telnyx",
            "plivo",
            "smsapi",
            "gatewayapi",
            "sinch",
            "smpp",
            "http",
            "android",
        ):
            session.add(Gateway(name=f"by {kind}", kind=kind))
    override(app, mail_server="mail.quiet.example", processors=["Big Rack GmbH: servers"])
    places = {name: place for name, (_gets, place) in receivers(visitor).items()}
    for abroad in ("by twilio", "by vonage", "by telnyx", "by plivo"):
        assert places[abroad].startswith("United States, outside of the European Economic Area")
    assert places["by smsapi"] == "Poland"
    assert places["by gatewayapi"] == "Denmark"
    others = ("Mail server mail.quiet.example", "Big Rack GmbH")
    unknown = ("by smpp", "by http", "by sinch", "by android", *others)
    assert {places[name] for name in unknown} == {"The operator tells you when you ask."}
    said = {"by smpp": "Norway", "mail.quiet.example": "Germany", "by twilio": "Ireland"}
    override(app, receiver_places={**said, "Big Rack GmbH": "Iceland"})
    places = {name: place for name, (_gets, place) in receivers(visitor).items()}
    assert places["by smpp"] == "Norway"
    assert places["Mail server mail.quiet.example"] == "Germany"
    assert (places["by twilio"], places["Big Rack GmbH"]) == ("Ireland", "Iceland")


def test_the_address_of_the_invoices_stands_in_for_the_other(
    app: Flask, visitor: PageClient
) -> None:
    override(app, POLISH)
    where = f"{POLISH['OPERATOR_STREET']}, {POLISH['OPERATOR_POSTCODE']} {POLISH['OPERATOR_CITY']}"
    assert where in visitor.get_page("/privacy").get_text()


def test_privacy_names_rights_and_leads_to_them(app: Flask, visitor: PageClient) -> None:
    override(app, OPERATOR)
    page = visitor.get_page("/privacy")
    text = words(page.get_text())
    for article in (7, 15, 16, 17, 18, 20, 21, 77):
        assert re.search(rf"\barticles? (\d+ and )?{article}\b", text), article
    links = {str(link["href"]) for link in page.select("main a")}
    assert {"/security", "/security/tls", "mailto:hello@quiet.example"} <= links


def test_what_admins_see_stands_on_the_page(visitor: PageClient) -> None:
    text = words(visitor.get_page("/privacy").get_text())
    seen = text.partition("administrators see, of an account:")[2].partition(".")[0]
    for what in ("company", "address", "tax ID", "orders", "invoices", "balance", "record of acts"):
        assert what in seen


def test_privacy_names_the_time_zone_of_admins_only(visitor: PageClient) -> None:
    page = visitor.get_page("/privacy")
    rows = [words(row.get_text(" ")) for row in page.select("tr")]
    (row,) = [row for row in rows if "role, a hash of the password" in row]
    assert "the time zone that an admin has chosen" in row


def test_privacy_names_gateways_and_processors(app: Flask, visitor: PageClient) -> None:
    override(app, processors=["Big Rack GmbH: servers"])
    with app.app_context(), transaction() as session:
        session.add(Gateway(name="Northern Mobile", kind="smpp"))
    text = visitor.get_page("/privacy").get_text()
    assert "Northern Mobile" in text
    assert "Big Rack GmbH" in text
    assert "servers" in text
    assert "no text leaves this installation" not in text


def test_privacy_mentions_the_simulated_phone_only_while_it_exists(
    app: Flask, visitor: PageClient
) -> None:
    assert "simulated phone" in visitor.get_page("/privacy").get_text()
    override(app, production=True)
    assert "simulated phone" not in visitor.get_page("/privacy").get_text()


def test_privacy_lists_the_fields_of_the_log_and_the_times_of_the_settings(
    app: Flask, visitor: PageClient
) -> None:
    override(app, system_password_minutes=17, session_hours=9, session_idle_minutes=41)
    page = visitor.get_page("/privacy")
    assert {code.get_text() for code in page.select("main code")} == set(log_schema.WITH_ADDRESS)
    text = page.get_text()
    assert "valid for 17 minutes" in text
    assert "9 hours, or until 41 minutes" in text


@pytest.mark.parametrize("language", ["en", "pl"])
def test_terms_and_exports_count_texts_and_not_parts(
    app: Flask, visitor: PageClient, language: str
) -> None:
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    terms = visitor.get_page("/terms").get_text(" ")
    with app.test_request_context(), force_locale(language):
        meanings = [part.words.values() for part in export_tables.parts()]
        described = [gettext(words) for words in chain(*meanings)]
        described += [gettext(part.export.about) for part in export_tables.parts()]
        described += [gettext(why) for why in export_tables.left_out().values()]
    for text in (terms.replace("part of the terms", ""), *described):
        assert not PARTS.search(text), text
    assert all(number in terms for number in ("160", "70", "153", "67"))
