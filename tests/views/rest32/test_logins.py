"""Who is let in: e-mail and API key together, from where, how often, and for what."""

import base64
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AccountStatus, ApiKey, Email, Message, Revoked, Scope, now
from promosms.services.api import keys, tokens
from promosms.web.access import Access, access_of
from tests.support.api import new_key
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.limits import with_limits
from tests.support.rest32 import OWNER, Plugin, basic, status

TEXT = "type=1&text=Hello&recipients[]=500600700"
DAY = "from-time=1000000&to-time=1000001"
ELSEWHERE = "198.51.100.7"


def with_password(plugin: Plugin, password: str, email: str = OWNER) -> Plugin:
    return Plugin(plugin.app, password, email, address=plugin.address)


def from_address(plugin: Plugin, address: str) -> Plugin:
    return Plugin(plugin.app, plugin.password, plugin.email, address=address)


def other_token(token: str) -> str:
    return tokens.new(sandbox=token.startswith(tokens.SANDBOX)).token


def change(app: Flask, token: str, **values: object) -> None:
    with app.app_context(), transaction() as session:
        key = keys._stored(token)
        assert key is not None
        session.execute(update(ApiKey).where(ApiKey.id == key.id).values(**values))


def key_of(app: Flask, token: str) -> ApiKey:
    with app.app_context():
        key = keys._stored(token)
        assert key is not None
        return key


def texts(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Message.id)).all())


def test_these_are_all_endpoints(app: Flask) -> None:
    with app.app_context():
        listed = {
            (method, rule.rule)
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) & {"GET", "POST"}
            if access_of(rule.endpoint) is Access.LOGIN
        }
    assert listed == {("POST", "/api/rest/v3_2/sms"), ("GET", "/api/rest/v3_2/reports")}


def test_an_unknown_e_mail_and_a_wrong_key_get_the_same_answer(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    theirs = new_key(app, cast.stranger.account_id)
    wrong = (
        (OWNER, other_token(plugin.password)),
        ("nobody@example.com", plugin.password),
        (cast.stranger.email, plugin.password),
        (cast.viewer.email, plugin.password),
        (OWNER, theirs),
        (OWNER, "four quiet words at sea"),
        ("admin@example.com", plugin.password),
    )
    answers = set()
    for number, (email, password) in enumerate(wrong):
        answer = Plugin(app, password, email, address=f"192.0.2.{number}").form(TEXT)
        answers.add((status(answer), answer.text, answer.headers["WWW-Authenticate"]))
    assert [each[0] for each in answers] == [(401, 400)]
    assert texts(app) == 0


def test_somebody_else_of_the_account_who_may_send_is_let_in(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    assert status(Plugin(app, plugin.password, cast.colleague.email).form(TEXT)) == (200, 0)


def test_without_a_log_in_nobody_is_let_in_and_nothing_is_counted(
    app: Flask, plugin: Plugin
) -> None:
    for _ in range(6):
        assert status(Plugin(app).form(TEXT)) == (401, 400)
    for header in ("Bearer " + plugin.password, "Basic", "Basic ???", "Basic" + "QQ=="):
        assert status(Plugin(app).form(TEXT, Authorization=header)) == (401, 400)
    assert status(plugin.form(TEXT)) == (200, 0)


def test_the_e_mail_may_be_written_in_any_case(app: Flask, plugin: Plugin) -> None:
    assert status(Plugin(app, plugin.password, " OWNER@Example.com ").form(TEXT)) == (200, 0)


def lock(plugin: Plugin, times: int, password: str = "wrong") -> None:
    for _ in range(times):
        assert status(with_password(plugin, password).form(TEXT)) == (401, 400)


def test_after_five_wrong_tries_the_right_key_is_refused_too(
    app: Flask, cast: Cast, plugin: Plugin, clock: Clock
) -> None:
    clock.stop()
    lock(plugin, 4)
    assert status(plugin.form(TEXT)) == (200, 0)
    lock(plugin, 1)
    answer = plugin.form(TEXT)
    assert status(answer) == (429, 400)
    assert answer.headers["Retry-After"] == "900"
    assert status(from_address(plugin, ELSEWHERE).form(TEXT)) == (429, 400)  # by the account
    theirs = Plugin(app, new_key(app, cast.stranger.account_id), cast.stranger.email)
    assert status(theirs.form(TEXT)) == (429, 400)  # by the network
    assert status(from_address(theirs, ELSEWHERE).form(TEXT)) == (200, 0)
    clock.move(minutes=14, seconds=59)
    assert status(plugin.form(TEXT)) == (429, 400)
    clock.move(seconds=2)
    assert status(plugin.form(TEXT)) == (200, 0)
    assert texts(app) == 3


def test_tries_count_for_fifteen_minutes(plugin: Plugin, clock: Clock) -> None:
    clock.stop()
    lock(plugin, 4)
    clock.move(minutes=14, seconds=59)
    lock(plugin, 1)
    assert status(plugin.form(TEXT)) == (429, 400)
    clock.move(minutes=15, seconds=1)
    lock(plugin, 4)
    clock.move(minutes=15, seconds=1)
    lock(plugin, 1)
    assert status(plugin.form(TEXT)) == (200, 0)


def test_a_key_that_has_ended_is_not_let_in_and_locks_nobody_out(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    old = new_key(app, cast.owner.account_id, name="Forgotten")
    change(app, old, revoked_at=now())
    lock(plugin, 6, old)
    assert status(plugin.form(TEXT)) == (200, 0)


def test_a_key_with_networks_is_let_in_from_there_whatever_strangers_try(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    token = new_key(app, cast.owner.account_id, name="Till", networks=("192.0.2.0/24",))
    lock(plugin, 5)
    assert status(plugin.form(TEXT)) == (429, 400)
    assert status(Plugin(app, token, address="192.0.2.7").form(TEXT)) == (200, 0)
    assert status(Plugin(app, token, address=ELSEWHERE).form(TEXT)) == (429, 400)


def test_a_key_with_networks_works_only_from_there(app: Flask, cast: Cast) -> None:
    token = new_key(app, cast.owner.account_id, networks=("192.0.2.0/24",))
    assert status(Plugin(app, token, address="192.0.2.255").form(TEXT)) == (200, 0)
    assert status(Plugin(app, token, address="192.0.3.0").form(TEXT)) == (401, 400)


@pytest.mark.parametrize("seconds", [-1, 1])
def test_a_key_ends_at_its_time(app: Flask, plugin: Plugin, clock: Clock, seconds: int) -> None:
    clock.stop()
    change(app, plugin.password, expires_at=now() + timedelta(seconds=seconds))
    assert status(plugin.form(TEXT)) == ((200, 0) if seconds > 0 else (401, 400))


def test_a_key_is_used_only_for_its_scopes(app: Flask, cast: Cast) -> None:
    for scope in Scope:
        token = new_key(app, cast.owner.account_id, name=scope.value, scopes=(scope,))
        sent, read = Plugin(app, token).form(TEXT), Plugin(app, token).reports(DAY)
        assert status(sent) == ((200, 0) if scope is Scope.SEND else (403, 325))
        assert status(read) == ((200, 0) if scope is Scope.READ else (403, 325))
    assert texts(app) == 1


def test_its_last_use_is_noted(app: Flask, plugin: Plugin) -> None:
    plugin.form(TEXT)
    assert key_of(app, plugin.password).last_used_on == now().date()


def test_over_http_nothing_is_done_and_the_key_is_marked(app: Flask, plugin: Plugin) -> None:
    plain = Plugin(app, plugin.password, base="http://localhost")
    for answer in (plain.form(TEXT), plain.reports(DAY)):
        assert status(answer) == (403, 400)
        assert "Location" not in answer.headers
    key = key_of(app, plugin.password)
    assert (key.exposed_at is not None, key.revoked_at) == (True, None)
    assert texts(app) == 0
    with app.app_context():
        assert len(db.session.scalars(select(Email)).all()) == 1


def test_a_key_in_an_address_is_revoked_also_as_older_versions_wrote_it(
    app: Flask, plugin: Plugin
) -> None:
    pair = base64.b64encode(f"{OWNER}:{plugin.password}".encode()).decode()
    answer = app.test_client().get(f"/api/rest/send-sms/{pair}/json", base_url="https://localhost")
    assert status(answer) == (400, 400)
    assert key_of(app, plugin.password).revoked_why == Revoked.IN_ADDRESS
    assert status(plugin.form(TEXT)) == (401, 400)


def test_older_versions_are_not_there(app: Flask) -> None:
    answer = app.test_client().get(
        "/api/rest/get-balance/eHg6eXk=/json", base_url="https://localhost"
    )
    assert status(answer) == (404, 211)


def test_other_methods_are_named(plugin: Plugin) -> None:
    answer = plugin.call("GET", "/sms")
    assert status(answer) == (405, 211)
    assert "POST" in answer.headers["Allow"]


def test_a_suspended_account_reads_and_does_not_send(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).status = AccountStatus.SUSPENDED
    assert status(plugin.form(TEXT)) == (403, 320)
    assert status(plugin.reports(DAY)) == (200, 0)


def test_keys_of_an_account_that_is_deleted_work_no_more(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).status = AccountStatus.DELETING
    answer = plugin.form(TEXT)
    assert status(answer) == (401, 400)
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_a_key_may_call_so_often_a_minute(app: Flask, plugin: Plugin, redis_url: str) -> None:
    with with_limits(app, redis_url, API_REQUESTS_PER_MINUTE=2) as limited:
        often = Plugin(limited, plugin.password)
        answers = [often.reports(DAY) for _ in range(3)]
        assert [status(answer) for answer in answers] == [(200, 0), (200, 0), (429, 403)]
        assert 0 < int(answers[2].headers["Retry-After"]) <= 60


def test_the_log_in_of_a_browser_is_no_log_in(app: Flask, cast: Cast) -> None:
    client = cast.owner.browser()
    answer = client.post("/api/rest/v3_2/sms", data=TEXT)
    assert answer.status_code == 401
    assert texts(app) == 0


def test_the_header_is_read_as_utf_8(app: Flask, plugin: Plugin) -> None:
    header = basic("właściciel@example.com", plugin.password)
    assert status(Plugin(app).form(TEXT, Authorization=header)) == (401, 400)
