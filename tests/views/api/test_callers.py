"""Who may call: keys, networks, scopes, limits, and connections that others can read."""

import re
from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AccountStatus, ApiKey, Email, Revoked, Role, Scope, User, now
from promosms.services.api import keys, tokens
from tests.support.api import Program, new_key, owner_of
from tests.support.cast import Cast
from tests.support.clock import Clock

TEXT = {"to": "+48600100200", "text": "Your parcel is here."}
CAMPAIGN = "/campaigns/0123456789abcdef0123"
PERSON = "/recipients/0123456789abcdef0123"
LIST = "/lists/0123456789abcdef0123"
TEMPLATE = "/templates/0123456789abcdef0123"
PATHS = (
    *(("GET", "/campaigns"), ("POST", "/campaigns"), ("GET", CAMPAIGN)),
    *(("GET", f"{CAMPAIGN}/{part}") for part in ("messages", "estimate")),
    *(("POST", f"{CAMPAIGN}/{act}") for act in ("launch", "move", "start")),
    *(("POST", f"{CAMPAIGN}/{act}") for act in ("pause", "resume", "cancel")),
    *(("GET", "/messages"), ("POST", "/messages"), ("POST", "/messages/batch")),
    *(("GET", "/messages/msg_000000000"), ("POST", "/messages/msg_000000000/cancel")),
    *(("GET", "/recipients"), ("POST", "/recipients"), ("GET", PERSON)),
    *(("POST", f"{PERSON}/delete"), ("GET", "/replies")),
    ("GET", f"/replies/{'0' * 20}"),
    *(("GET", "/templates"), ("POST", "/templates"), ("GET", TEMPLATE)),
    *(("POST", f"{TEMPLATE}/change"), ("POST", f"{TEMPLATE}/delete")),
    *(("GET", "/lists"), ("POST", "/lists"), ("GET", LIST)),
    *(("POST", f"{LIST}/{act}") for act in ("rename", "delete", "add", "remove")),
    *(("GET", "/webhooks"), ("POST", "/webhooks")),
    *(("GET", f"/webhooks/{'0' * 20}"), ("POST", f"/webhooks/{'0' * 20}/delete")),
    *(("GET", "/segments"), ("GET", "/opt-outs"), ("POST", "/opt-outs")),
    *(
        ("GET", "/balance"),
        ("GET", "/statement"),
        ("GET", "/routes"),
        ("GET", "/senders"),
        ("GET", "/prices"),
    ),
)


def stored_key(app: Flask, token: str) -> ApiKey:
    with app.app_context():
        key = keys._stored(token)
        assert key is not None
        return key


def change(app: Flask, token: str, **values: object) -> None:
    key = stored_key(app, token)
    with app.app_context(), transaction() as session:
        session.execute(update(ApiKey).where(ApiKey.id == key.id).values(**values))


def emails(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Email.subject)))


def test_every_endpoint_is_listed_here(app: Flask) -> None:
    with app.app_context():
        listed = {
            (method, rule.rule.removeprefix("/api/v1"))
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) & {"GET", "POST"}
            if "endpoint" in app.view_functions[rule.endpoint].__dict__
        }
    called = {
        (method, re.sub("msg_0+|[0-9a-f]{20}", "<public_id>", path)) for method, path in PATHS
    }
    assert listed == called


def test_nobody_gets_anything_without_a_key_that_works(app: Flask, cast: Cast) -> None:
    token = new_key(app, cast.owner.account_id)
    change(app, token, revoked_at=now())
    other = token[:-1] + ("0" if token[-1] == "1" else "1")
    wrong = ("", token, token[:-1], other, "psk_live_nonsense")
    for (method, path), each in product(PATHS, wrong):
        response = Program(app, each).call(method, path, json={} if method == "POST" else None)
        assert response.status_code == 401, (path, each)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert response.get_json()["code"] == "unauthorized"


def test_a_key_is_used_only_for_its_scopes(app: Flask, cast: Cast) -> None:
    needed = {}
    for number, scope in enumerate(Scope):
        token = new_key(app, cast.owner.account_id, name=f"key {number}", scopes=(scope,))
        for method, path in PATHS:
            answer = Program(app, token).call(method, path, json={} if method == "POST" else None)
            missing = answer.get_json().get("scope") if answer.status_code == 403 else None
            assert missing != scope.value, path
            if missing:
                needed[method, path] = missing
    free = {path for method, path in PATHS if (method, path) not in needed}
    assert free == {"/routes", "/senders", "/prices"}
    assert {path for (_, path), scope in needed.items() if scope == "billing"} == {
        *("/balance", "/statement")
    }
    of_webhooks = {pair for pair in PATHS if pair[1].startswith("/webhooks")}
    assert {pair for pair, scope in needed.items() if scope == "webhooks"} == of_webhooks
    writes = {pair for pair, scope in needed.items() if scope == "send"}
    assert writes == {pair for pair in PATHS if pair[0] == "POST"} - of_webhooks


@pytest.mark.parametrize("seconds", [-1, 1])
def test_a_key_ends_at_its_time(app: Flask, program: Program, clock: Clock, seconds: int) -> None:
    clock.stop()
    change(app, program.token, expires_at=now() + timedelta(seconds=seconds))
    assert program.get("/routes").status_code == (200 if seconds > 0 else 401)


def test_a_replaced_key_works_for_one_more_day(app: Flask, program: Program, clock: Clock) -> None:
    with app.app_context():
        key = keys._stored(program.token)
        successor, token = keys.replace(key, owner_of(key.account_id))
        assert successor.scopes == ",".join(Scope)
    assert Program(app, token).get("/routes").status_code == 200
    clock.move(hours=23, minutes=59)
    assert program.get("/routes").status_code == 200
    clock.move(minutes=2)
    assert program.get("/routes").status_code == 401
    assert Program(app, token).get("/routes").status_code == 200


def test_the_day_of_its_last_use_is_noted(app: Flask, program: Program) -> None:
    assert stored_key(app, program.token).last_used_on is None
    program.get("/routes")
    assert stored_key(app, program.token).last_used_on == now().date()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("192.0.2.255", 200),
        ("192.0.3.0", 403),
        ("::ffff:192.0.2.7", 200),
        ("2001:db8::1", 200),
        ("2001:db9::1", 403),
        ("", 403),
    ],
)
def test_a_key_with_networks_works_only_from_there(
    app: Flask, cast: Cast, address: str, status: int
) -> None:
    networks = ("192.0.2.0/24", "2001:db8::/32")
    token = new_key(app, cast.owner.account_id, networks=networks)
    response = Program(app, token).get("/routes", environ_overrides={"REMOTE_ADDR": address})
    assert response.status_code == status
    assert status == 200 or response.get_json()["code"] == "address-not-allowed"


def test_over_http_nothing_is_done_and_the_key_is_marked(app: Flask, program: Program) -> None:
    plain = Program(app, program.token, base="http://localhost")
    for call in (plain.get("/routes"), plain.post("/messages", TEXT)):
        assert (call.status_code, call.get_json()["code"]) == (403, "https-only")
        assert "Location" not in call.headers
    key = stored_key(app, program.token)
    assert key.exposed_at is not None
    assert key.revoked_at is None
    assert len(emails(app)) == 1
    assert program.get("/messages").get_json()["messages"] == []


@pytest.mark.parametrize("path", ["/messages?key={}", "/messages/{}", "/{}", "/balance?a=b&c={}"])
def test_a_key_in_an_address_is_refused_and_revoked(
    app: Flask, program: Program, path: str
) -> None:
    response = Program(app).get(path.format(program.token))
    assert (response.status_code, response.get_json()["code"]) == (400, "key-in-address")
    key = stored_key(app, program.token)
    assert (key.revoked_at is not None, key.revoked_why) == (True, Revoked.IN_ADDRESS)
    assert program.get("/routes").status_code == 401
    Program(app).get(path.format(program.token))
    assert len(emails(app)) == 1


def test_what_only_looks_like_a_key_revokes_nothing(app: Flask, program: Program) -> None:
    made_up = tokens.new(sandbox=False).token
    assert Program(app).get(f"/messages?key={made_up}").status_code == 400
    assert program.get("/routes").status_code == 200


def test_a_suspended_account_reads_and_does_not_send(
    app: Flask, cast: Cast, program: Program
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).status = AccountStatus.SUSPENDED
    assert program.get("/balance").status_code == 200
    refused = program.post("/messages", TEXT)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "account-suspended")


def test_keys_of_an_account_that_is_deleted_work_no_more(
    app: Flask, cast: Cast, program: Program
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).status = AccountStatus.DELETING
    assert program.get("/balance").status_code == 401


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (Role.OWNER, set()),
        (Role.MEMBER, {"webhooks"}),
        (Role.VIEWER, {"webhooks", "send", "read"}),
        (None, {"webhooks", "send", "read", "billing", "free"}),
    ],
)
def test_a_key_does_no_more_than_whoever_made_it(
    app: Flask, cast: Cast, program: Program, role: Role | None, refused: set[str]
) -> None:
    of_scope = {
        "webhooks": ("GET", "/webhooks"),
        "send": ("POST", "/campaigns"),
        "read": ("GET", "/recipients"),
        "billing": ("GET", "/balance"),
        "free": ("GET", "/prices"),
    }
    with app.app_context(), transaction() as session:
        maker = session.get_one(User, cast.owner.user_id)
        if role is None:
            maker.public_id = "0" * 20
        else:
            maker.role = role
    answers = {
        scope: program.call(method, path, json={} if method == "POST" else None)
        for scope, (method, path) in of_scope.items()
    }
    codes = {scope: answer.get_json().get("code") for scope, answer in answers.items()}
    assert {scope for scope, code in codes.items() if code == "missing-right"} == refused
    assert {answers[scope].status_code for scope in refused} <= {403}
