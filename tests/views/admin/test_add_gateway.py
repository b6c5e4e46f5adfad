"""Adding a gateway on its page."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.gateways import KINDS, WEBHOOKS
from promosms.gateways.http import COMMON
from promosms.gateways.offered import Shape
from promosms.models import AuditEntry, Gateway
from promosms.services.gateways import credentials, webhooks
from promosms.views.admin.gateway_kinds import KINDS as SHOWN
from tests.support.pages import PageClient, words

LIST = "/admin/add-gateway"
PAGE = f"{LIST}/smpp"
SECRET = "secret words"
FORM = {
    "name": "Line One",
    "host": "127.0.0.1",
    "port": "1",
    "system_id": "us",
    "password": SECRET,
    "rate": "20",
    "window": "5",
    "connections": "2",
}
SPEED = {"rate": "30", "window": "10", "connections": "1"}
KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="  # of RFC 8032, section 7.1
NEEDED: dict[str, dict[str, str]] = {
    "android": {
        "base_url": "http://192.168.1.20:8080",
        "username": "sms",
        "password": SECRET,
        "number": "+48732000001",
        "signing_key": SECRET,
        "allow_private": "y",
        "allow_insecure": "y",
    },
    "smsapi": {"token": SECRET},
    "twilio": {"account_sid": "AC00", "auth_token": SECRET},
    "vonage": {
        "api_key": "abcd",
        "api_secret": SECRET,
        "unsigned": "y",
        "signature_method": "sha256",
    },
    "sinch": {
        "service_plan_id": "a1",
        "token": SECRET,
        "region": "eu",
        "signature_secret": SECRET,
    },
    "infobip": {"api_key": SECRET, "base_url": "https://abcdef.api.infobip.com"},
    "telnyx": {"api_key": SECRET, "public_key": KEY},
    "plivo": {"auth_id": "MA00", "auth_token": SECRET},
    "gatewayapi": {"token": SECRET, "signature_token": SECRET},
    "clicksend": {"username": "shop", "api_key": SECRET},
    "smpp": {"host": "smpp.example.com", "port": "2775", "system_id": "us", "password": SECRET},
    "http": {
        "url": "https://sms.example.com/v1",
        "method": "POST",
        "content_type": "application/json",
        "headers": '{"Authorization": "secret words"}',
        "body": '{"to": "{to}", "text": "{text}"}',
        "id_path": "id",
    },
}


def row(name: str = "Line One") -> Gateway:
    return db.session.scalars(select(Gateway).where(Gateway.name == name)).one()


def names_of_gateways(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(db.session.scalars(select(Gateway.name)))


def test_each_kind_is_offered_and_the_phone_comes_first(admin: PageClient) -> None:
    page = admin.get_page(LIST)
    listed = [str(link["href"]).rpartition("/")[2] for link in page.select(".row a.title")]
    assert listed == list(SHOWN)
    assert listed[0] == "android"
    assert set(listed) == set(KINDS) - {"simulator"} == set(NEEDED)
    untried = [text for text in page.select(".row") if text.select(".badge")]
    assert len(untried) == len(listed) - len({"smpp", "http"})


def test_what_a_form_offers_is_what_its_adapter_knows() -> None:
    for kind, adapter in KINDS.items():
        names = [each.name for each in adapter.offered]
        assert len(names) == len(set(names)), kind
        assert adapter.required <= set(names) <= adapter.required | adapter.optional | COMMON, kind


def test_what_may_be_a_secret_is_not_shown() -> None:
    shown = {"public_key", "base_url", "url", "body"}  # a public key, addresses, a template
    for kind, adapter in KINDS.items():
        for each in adapter.offered:
            if credentials.SECRET.search(each.name) and each.name not in shown:
                assert each.shape is Shape.SECRET, (kind, each.name)


@pytest.mark.parametrize("kind", NEEDED)
def test_it_is_added_with_what_it_needs(app: Flask, admin: PageClient, kind: str) -> None:
    page = admin.get_page(f"{LIST}/{kind}")
    assert page.select("form[method=post] input[name=name]")
    page = admin.post_page(f"{LIST}/{kind}", {"name": "Line One", **SPEED, **NEEDED[kind]})
    assert page.h1.get_text() == "Line One"
    assert SECRET not in str(page)
    text = words(page.get_text(" "))
    assert "What is left to do" in text
    assert "stop scripts/run on the server and start it once more" in text
    with app.app_context():
        stored, plain = row().settings, credentials.decrypted(row())
        expected = {name: "yes" if value == "y" else value for name, value in NEEDED[kind].items()}
        assert plain.items() >= expected.items()
        assert SECRET not in str(stored)
        KINDS[kind](plain)
        addresses = webhooks.addresses(row())
        assert bool(addresses) is (kind in WEBHOOKS)
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "gateway.add")
        ).one()
        assert (entry.subject, entry.detail) == ("Line One", "")
    for topic, address in addresses.items():
        assert len(page.select(f"#{topic}")) == 1
        field = page.select_one(f"textarea[readonly]#{topic}")
        assert field
        assert field.get_text() == address
        assert page.select(f"button[data-copy={topic}]")


@pytest.mark.parametrize("kind", NEEDED)
def test_what_is_missing_is_named_and_secrets_are_typed_again(
    app: Flask, admin: PageClient, kind: str
) -> None:
    required = KINDS[kind].required
    for name in required:
        form = {"name": "Line One", **SPEED, **NEEDED[kind], name: ""}
        page = admin.post_page(f"{LIST}/{kind}", form, status=422)
        assert [field["name"] for field in page.select("[aria-invalid]")] == [name]
        assert SECRET not in str(page)
        for field in page.select("main input[type=text], main textarea"):
            assert (field.get("value") or field.get_text().strip()) == form.get(
                str(field["name"]), ""
            ), field
    assert names_of_gateways(app) == ["Simulator"]


@pytest.mark.parametrize(
    ("kind", "wrong", "named", "said"),
    [
        ("android", {"number": "601"}, "number", "with its country code"),
        ("android", {"signing_key": ""}, "signing_key", "allow calls without a signature"),
        ("android", {"allow_insecure": ""}, "base_url", "beginning with https://"),
        ("android", {"allow_private": ""}, "base_url", "This address is inside a network"),
        ("android", {"base_url": "http://169.254.169.254/"}, "base_url", "inside a network"),
        ("android", {"base_url": "http://localhost", "allow_private": ""}, "base_url", "inside"),
        ("android", {"base_url": "http://[::1"}, "base_url", "beginning with https://"),
        ("android", {"base_url": "https://x.example/api/3rdparty/v1"}, "device_id", "the phone"),
        ("android", {"sims": "4"}, "sims", "a number from 1 to 3"),
        ("telnyx", {"public_key": "short"}, "public_key", "32 bytes in Base64"),
        ("telnyx", {"public_key": ""}, "public_key", "allow calls without a signature"),
        ("sinch", {"service_plan_id": "a/b"}, "service_plan_id", "letters and digits"),
        ("sinch", {"region": "mars"}, "region", "Choose one of these."),
        ("http", {"body": "{who}"}, "body", "no placeholders are who"),
        ("http", {"headers": "Authorization"}, "headers", "a JSON object is needed"),
        ("http", {"others": "resend=perhaps"}, "others", "one of dedupe, lookup, never"),
        ("http", {"others": "resent=never"}, "others", "no other setting “resent”"),
        ("http", {"others": "resend never"}, "others", "Line 1 is not of the form"),
        ("smpp", {"others": "webhook_token=mine"}, "others", "no other setting “webhook_token”"),
        ("smpp", {"others": "tls_ca=/etc/shadow"}, "others", "no other setting “tls_ca”"),
        ("smpp", {"host": "smpp://a b"}, "host", "without scheme"),
        ("smpp", {"system_id": "x" * 16}, "system_id", "at most 15 characters"),
        ("smpp", {"port": "0"}, "port", "from 1 to 65535"),
        ("smpp", {"name": "Simulator"}, "name", "There is a gateway of that name"),
        ("smpp", {"name": "Two\nlines"}, "name", "in one line"),
        ("smpp", {"rate": "0"}, "rate", "from 1 to 10000"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    app: Flask, admin: PageClient, kind: str, wrong: dict[str, str], named: str, said: str
) -> None:
    form = {"name": "Line One", **SPEED, **NEEDED[kind], **wrong}
    page = admin.post_page(
        f"{LIST}/{kind}", {name: value for name, value in form.items() if value}, status=422
    )
    assert [field["name"] for field in page.select("[aria-invalid]")] == [named]
    assert said in words(page.get_text(" "))
    assert SECRET not in str(page)
    field = page.select_one(f"details [name={named}]")
    assert bool(field) is bool(page.select_one(f"details[open] [name={named}]"))
    assert names_of_gateways(app) == ["Simulator"]


def test_what_is_often_forgotten_is_said_at_once(admin: PageClient) -> None:
    form = {**SPEED, **NEEDED["android"], "name": "Line One", "signing_key": "", "number": "601"}
    del form["allow_private"], form["allow_insecure"]
    page = admin.post_page(f"{LIST}/android", form, status=422)
    named = {field["name"] for field in page.select("[aria-invalid]")}
    assert named == {"base_url", "signing_key", "number"}


def test_other_settings_are_stored(app: Flask, admin: PageClient) -> None:
    others = "bind=tx_rx\n\n errors = 0x401=temporary "
    admin.post_page(PAGE, {**FORM, "others": others})
    with app.app_context():
        settings = credentials.decrypted(row())
        assert (settings["bind"], settings["errors"]) == ("tx_rx", "0x401=temporary")


def test_the_second_click_adds_no_second_gateway(app: Flask, admin: PageClient) -> None:
    admin.post_page(PAGE, FORM)
    page = admin.post_page(PAGE, FORM)
    assert page.h1.get_text() == "Line One"
    page = admin.post_page(PAGE, {**FORM, "host": "smpp.example.com"}, status=422)
    assert "There is a gateway of that name" in page.get_text()
    assert names_of_gateways(app) == ["Line One", "Simulator"]
    with app.app_context():
        assert db.session.scalars(select(AuditEntry.action)).all().count("gateway.add") == 1


@pytest.mark.parametrize("kind", ["simulator", "nothing"])
def test_what_is_no_kind_is_not_found(admin: PageClient, kind: str) -> None:
    admin.get_page(f"{LIST}/{kind}", 404)


@pytest.mark.parametrize("path", [LIST, PAGE, f"{LIST}/nothing"])
def test_owners_and_strangers_find_nothing(
    owner: PageClient, stranger: PageClient, path: str
) -> None:
    for client in (owner, stranger):
        client.get_page(path, 404)


def test_it_is_stored_as_by_the_command_and_can_be_checked(app: Flask, admin: PageClient) -> None:
    page = admin.get_page(PAGE)
    assert "the simulated network is paused" in page.get_text()
    offered = {field["name"]: field["value"] for field in page.select("input[type=number]")}
    assert offered == {"port": "2775", "rate": "30", "window": "10", "connections": "1"}
    assert page.select_one("input[name=tls][checked]")
    admin.post_page(PAGE, FORM)
    with app.app_context():
        assert (row().kind, row().rate, row().window, row().connections) == ("smpp", 20, 5, 2)
        assert row().settings["password"].startswith(credentials.MARK)
        kept = ("host", "port", "system_id", "password")
        assert credentials.decrypted(row()) == {name: FORM[name] for name in kept}
        simulator = db.session.scalars(select(Gateway).where(Gateway.kind == "simulator")).one()
        assert simulator.status == "paused"
    page = admin.post_page("/admin/gateways/Line%20One/check")
    assert "The server cannot be reached." in words(page.get_text(" "))
    page = admin.post_page("/admin/gateways/Simulator/check")
    assert "no lasting connection" in page.get_text()
    with app.app_context():
        acts = db.session.execute(select(AuditEntry.action, AuditEntry.detail)).all()
    assert ("gateway.add", "") in acts
    assert ("gateway.check", "unreachable") in acts
