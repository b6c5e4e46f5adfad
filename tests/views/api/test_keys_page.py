"""The page of API keys: one is made, shown once, replaced and revoked by an owner."""

import json
import shlex
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import ApiKey, ApiMessage, SandboxMessage, Session, now
from promosms.services.api import keys, tokens
from promosms.web.api import PREFIX
from tests.support.api import Program
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.html import Page, Tag
from tests.support.log_lines import heard
from tests.support.pages import PageClient, words
from tests.support.snapshot import stored_rows

LIST, NEW = "/settings/api", "/settings/api/new"
SHOP = {"name": "Online shop", "purpose": "real", "scopes": ["send", "read", "billing"]}
SHOWN = len("psk_live_12345678")
WARSAW = ZoneInfo("Europe/Warsaw")
LEAP_DAY = datetime(2028, 2, 28, 23, 30, tzinfo=UTC)
"""It is 29 February in Warsaw already."""
DAYS_IN_MAY = date(2027, 5, 10), date(2029, 5, 10), date(2029, 5, 11)


def made(owner: PageClient, **more: object) -> str:
    """Make a key by the form; what the answer shows of it."""
    return token_on(owner.post_page(NEW, {**SHOP, **more}))


def token_on(page: Page) -> str:
    return one(page, "textarea[readonly]").get_text()


def one(page: Page, selector: str) -> Tag:
    found = page.select_one(selector)
    assert found is not None, selector
    return found


def key_of(app: Flask, token: str) -> ApiKey:
    with app.app_context():
        key = db.session.scalars(select(ApiKey).where(ApiKey.shown == token[:SHOWN])).one()
        db.session.expunge(key)
        return key


def seen(owner: PageClient, path: str = LIST) -> str:
    return words(owner.get_page(path).get_text(" "))


def problems(owner: PageClient, **more: object) -> str:
    """What the form says is wrong."""
    page = owner.post_page(NEW, {**SHOP, **more}, status=422)
    return words(one(page, ".errors ul").get_text())


def call(app: Flask, command: str) -> dict[str, object]:
    """What the API answers to a command of curl."""
    _curl, address, *rest = shlex.split(command.replace("\\\n", ""))
    path = address.partition(PREFIX)[2]
    sent = dict(zip(rest[::2], rest[1::2], strict=False))
    program = Program(app, rest[1].removeprefix("Authorization: Bearer "))
    answer = program.post(path, json.loads(sent["-d"])) if "-d" in sent else program.get(path)
    assert answer.status_code < 300, answer.text
    result: dict[str, object] = answer.get_json()
    return result


def test_an_empty_page_invites(owner: PageClient) -> None:
    page = owner.get_page(LIST)
    assert "No key yet" in page.get_text()
    assert page.select_one(f"main a[href='{NEW}']")
    assert page.select_one("main a[href='/api']")
    assert not page.select("main article, main details")
    settings = seen(owner, "/settings")
    assert "API keys for programs that send texts by themselves" in settings


def test_it_makes_a_key_that_works(owner: PageClient, app: Flask) -> None:
    last = (now().astimezone(WARSAW) + timedelta(days=30)).date()
    more = {"networks": "203.0.113.7\r\n2001:db8::77/33", "ends_on": last.isoformat()}
    answer = owner.send(NEW, {**SHOP, **more})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = token_on(owner.post_page(NEW, {**SHOP, "name": "Till", **more}))
    key = key_of(app, token)
    assert (key.name, key.sandbox, key.scopes) == ("Till", False, "send,read,billing")
    assert key.networks == "203.0.113.7/32,2001:db8::/33"
    assert key.expires_at is not None
    assert f"{key.expires_at.astimezone(WARSAW):%F %T}" == f"{last} 23:59:59"
    shown = seen(owner)
    for said in ("Till", key.shown, "For real texts. It may: send texts, see texts, see the bal"):
        assert said in shown
    assert "Only from 203.0.113.7, 2001:db8::/33" in shown
    assert f"Works until {last.day} " in shown
    assert "2 keys work" in seen(owner, "/settings")


def test_the_day_of_its_last_use_is_shown(owner: PageClient, app: Flask) -> None:
    token = made(owner)
    assert "Last used Never" in seen(owner)
    Program(app, token).get("/balance")
    assert f"Last used {now().day} " in seen(owner)


def test_it_shows_a_key_once_and_keeps_it_nowhere(owner: PageClient, app: Flask) -> None:
    with heard() as lines:
        token = made(owner)
        secret = token.rpartition("_")[2]
        assert tokens.is_complete(token)
        pages = [owner.get(path).text for path in (LIST, NEW, "/settings", "/dashboard")]
    assert not [page for page in pages if secret in page]
    assert secret not in str(lines)
    assert secret not in str(stored_rows(app))
    with owner.session_transaction(base_url="https://localhost") as kept:
        assert secret not in str(dict(kept))


def test_the_example_is_ready_to_paste(owner: PageClient, app: Flask) -> None:
    def example(**more: object) -> str:
        return one(owner.post_page(NEW, {**SHOP, **more}), "#example").get_text()

    real = call(app, example())
    assert (real["to"], real["status"]) == ("+48601000101", "queued")
    assert call(app, example(name="Trial", purpose="sandbox"))["sandbox"] is True
    assert "messages" in call(app, example(name="Reader", scopes="read"))
    assert "balance" in call(app, example(name="Books", scopes="billing"))
    assert "webhooks" in call(app, example(name="Hooks", scopes="webhooks"))
    with app.app_context():
        assert len(db.session.scalars(select(ApiMessage)).all()) == 1
        assert len(db.session.scalars(select(SandboxMessage)).all()) == 1


def test_a_second_click_makes_no_second_key(owner: PageClient, app: Flask) -> None:
    token = made(owner, name="Online  shop ")
    assert "If you have not noted it, replace it in the list." in problems(owner)
    again = f"{LIST}/{key_of(app, token).public_id}/replace"
    owner.post_page(again)
    assert "It was replaced before." in owner.post_page(again).get_text()
    assert len(owner.get_page(LIST).select("main article")) == 2


def test_a_key_is_replaced_and_the_old_one_works_for_a_day(
    owner: PageClient, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    old = made(owner)
    page = owner.post_page(f"{LIST}/{key_of(app, old).public_id}/replace")
    new = token_on(page)
    assert new != old
    assert "the old one, which works until" in words(page.get_text())
    assert key_of(app, new).scopes == key_of(app, old).scopes
    first, second = owner.get_page(LIST).select("main article")
    assert first.select("form")
    assert "Replaced" not in first.get_text()
    assert "Replaced" in second.get_text()
    assert not second.select("form")
    clock.move(hours=24, seconds=-60)
    assert Program(app, old).get("/balance").status_code == 200
    clock.move(seconds=120)
    assert Program(app, old).get("/balance").status_code == 401
    assert Program(app, new).get("/balance").status_code == 200
    assert "Replaced, ended on" in seen(cast.owner.browser())


def test_a_key_is_revoked_at_once(owner: PageClient, app: Flask) -> None:
    token = made(owner)
    address = f"{LIST}/{key_of(app, token).public_id}"
    asked = owner.get_page(f"{address}/revoke")
    assert "can do nothing more from this moment" in words(asked.get_text())
    assert Program(app, token).get("/balance").status_code == 200
    assert "“Online shop” does not work any more" in owner.post_page(f"{address}/revoke").get_text()
    assert Program(app, token).get("/balance").status_code == 401
    page = owner.get_page(LIST)
    assert "No key works" in page.get_text()
    assert "Revoked on" in one(page, "main details").get_text()
    assert "Make a new one" in owner.post_page(f"{address}/replace").get_text()
    made(owner)  # its name is free again, and the new key did not come in its place
    assert "Replaced" not in seen(owner)


def test_a_key_that_others_may_know_is_marked(owner: PageClient, app: Flask) -> None:
    token = made(owner)
    Program(app, token, base="http://localhost").get("/balance")
    assert "It came over an unencrypted connection" in seen(owner)
    owner.post_page(f"{LIST}/{key_of(app, token).public_id}/replace")
    assert "It came over an unencrypted connection" not in seen(owner)
    Program(app, token).get(f"/balance?key={token}")
    assert "it stood in an address" in one(owner.get_page(LIST), "main details").get_text()


def test_only_an_owner_of_the_account_sees_and_changes_keys(
    owner: PageClient, cast: Cast, app: Flask
) -> None:
    stranger = cast.stranger.browser()
    token = made(owner)
    address = f"{LIST}/{key_of(app, token).public_id}"
    assert "Online shop" not in seen(stranger)
    colleague, visitor = cast.colleague.browser(), PageClient(app)
    for path in ("/revoke", "/replace"):
        assert stranger.send(address + path).status_code == 404
        assert colleague.send(address + path).status_code == 403
        assert visitor.send(address + path).status_code == 401
    assert stranger.get(f"{address}/revoke").status_code == 404
    for path in (LIST, NEW):
        assert colleague.get(path).status_code == 403
        assert "/login" in str(visitor.get(path).location)
    assert colleague.send(NEW, SHOP).status_code == 403
    assert "API keys" not in colleague.get_page("/settings").get_text()
    assert keys.works(key_of(app, token))


def test_it_asks_again_who_is_there_before_it_does_anything(owner: PageClient, app: Flask) -> None:
    token = made(owner)
    address = f"{LIST}/{key_of(app, token).public_id}"
    with app.app_context(), transaction() as session:
        session.execute(update(Session).values(confirmed_at=None))
    assert owner.get(LIST).status_code == 200
    for path in (f"{address}/revoke", f"{address}/replace", NEW):
        answer = owner.send(path, {**SHOP, "name": "Other"})
        assert answer.status_code == 303
        assert "/confirm" in str(answer.location)
    assert len(owner.get_page(LIST).select("main article")) == 1


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"name": " "}, "Fill in “Name”."),
        ({"name": "n" * 61}, "at most 60 characters"),
        ({"purpose": "free"}, "Say what the key is for."),
        ({"scopes": []}, "Choose at least one thing"),
        ({"scopes": ["send", "admin"]}, "Choose at least one thing"),
        ({"networks": "203.0.113.7\nshop.example"}, "“shop.example” is no IP address"),
        ({"networks": "203.0.113.0/33"}, "“203.0.113.0/33” is no IP address"),
        ({"networks": "fe80::1%eth0"}, "“fe80::1%eth0” is no IP address"),
        ({"networks": "\n".join(f"203.0.113.{n}" for n in range(21))}, "At most 20 addresses"),
        ({"ends_on": "soon"}, "Give the day as day, month, year"),
        ({"ends_on": "0001-01-01"}, "This day is over"),
        ({"ends_on": "9999-12-31"}, "Choose a day within 2 years."),
    ],
)
def test_it_says_what_is_wrong(owner: PageClient, more: dict[str, object], problem: str) -> None:
    assert problem in problems(owner, **more)
    assert "No key yet" in seen(owner)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("203.0.113.7, 203.0.113.7;203.0.113.8", "203.0.113.7/32,203.0.113.8/32"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("\n".join(f"2001:db8:{n:x}:ffff:ffff:ffff:ffff:{n:x}" for n in range(4096, 4116)), None),
    ],
)
def test_networks_are_kept_as_programs_compare_them(
    owner: PageClient, app: Flask, typed: str, kept: str | None
) -> None:
    key = key_of(app, made(owner, networks=typed))
    if kept is None:
        assert len(key.networks.split(",")) == 20
    else:
        assert key.networks == kept


@pytest.mark.parametrize(
    ("moment", "first", "last", "too_late"),
    [
        (LEAP_DAY, date(2028, 2, 29), date(2030, 2, 28), date(2030, 3, 1)),
        (datetime(2027, 5, 10, 12, tzinfo=UTC), *DAYS_IN_MAY),
    ],
)
def test_its_last_day_is_within_two_years(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    moment: datetime,
    first: date,
    last: date,
    too_late: date,
) -> None:
    clock = Clock(monkeypatch)
    clock.move(seconds=(moment - clock.now()).total_seconds())
    owner = cast.owner.browser()
    before = (first - timedelta(days=1)).isoformat()
    assert "This day is over" in problems(owner, ends_on=before)
    assert "Choose a day within 2 years." in problems(owner, ends_on=too_late.isoformat())
    assert made(owner, name="Today", ends_on=first.isoformat())
    assert made(owner, name="Long", ends_on=last.isoformat())


def test_a_key_that_has_ended_leaves_its_name_to_another(
    cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    clock.move(seconds=(LEAP_DAY - clock.now()).total_seconds())
    token = made(cast.owner.browser(), ends_on="2028-02-29")
    clock.move(hours=23, minutes=29)
    assert Program(app, token).get("/balance").status_code == 200
    clock.move(minutes=2)
    assert Program(app, token).get("/balance").status_code == 401
    owner = cast.owner.browser()
    made(owner)
    shown = seen(owner)
    assert "Ended on 29 Feb 2028" in shown
    assert "Replaced" not in shown


def test_a_name_of_sixty_letters_is_kept(owner: PageClient, app: Flask) -> None:
    assert key_of(app, made(owner, name="ż" * 60)).name == "ż" * 60


def test_there_are_not_too_many(owner: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST", 2)
    made(owner, name="First")
    made(owner, name="Second")
    assert "You have 2 keys that work. Revoke one" in problems(owner, name="Third")
