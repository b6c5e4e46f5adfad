"""Logs: only allowed fields, addresses only in two files, shortened and deleted in time."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from promosms import logs
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import pseudonyms
from promosms.logs import files as log_files
from promosms.logs import schema as log_schema
from promosms.models import Account, Consent, EmailLinkKind, User, now
from promosms.services.auth import (
    email_changes,
    email_links,
    phone_changes,
    sessions,
    totp,
    two_factor,
)
from promosms.services.auth.known_browsers import Client
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from tests.support.byte_scan import Scanner, numbers
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient
from tests.views.auth.two_factor import code, protect, wrong_code

NEW = "yellow boats under trees"
PHONE, NAME, WORDS = "+48601987001", "Qzulowimek", "Wipekozulm says hello"
SECRET, MAIL, ADDRESS = "zapalniczka-na-wodzie", "qzulowimek@example.com", "203.0.113.77"
CANARIES = [*numbers(PHONE), NAME, WORDS.split()[0], SECRET, MAIL]


def test_no_canary_gets_into_any_log_and_every_line_follows_the_schema(
    app: Flask,
    cast: Cast,
    owner: PageClient,
    visitor: PageClient,
    settle: Callable[..., None],
    folder: Path,
) -> None:
    with _heard() as heard:
        _story(app, cast, owner, visitor, settle)
        _fail_with_everything()
    assert heard.getvalue()
    lines = [json.loads(line) for line in heard.getvalue().splitlines()]
    assert [problem for line in lines for problem in log_schema.problems(line)] == []
    assert ADDRESS not in heard.getvalue()
    (folder / "process.log").write_text(heard.getvalue())
    assert Scanner(CANARIES).folder(folder) == []
    for name in log_files.NAMES:
        text = "\n".join(_lines(folder, name))
        assert ADDRESS in text
        for line in text.splitlines():
            assert log_schema.problems(json.loads(line), log_schema.WITH_ADDRESS) == []
            assert "?" not in json.loads(line).values()


def test_lines_of_many_threads_are_whole(context: None, app: Flask, folder: Path) -> None:
    """None waits for another, and none is left: also not the last, whoever writes it."""
    barrier = threading.Barrier(8)

    def write(thread: int) -> None:
        with app.app_context():
            barrier.wait()
            for number in range(50):
                line = {"event": "request.answered", "ms": float(number), "status": 200 + thread}
                log_files.write(log_files.REQUESTS, line)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    lines = [json.loads(line) for line in _lines(folder, log_files.REQUESTS)]
    for thread in range(8):
        of_thread = [line["ms"] for line in lines if line["status"] == 200 + thread]
        assert of_thread == [*range(50)]


def test_the_request_log_has_the_pattern_of_the_route_and_no_path(
    owner: PageClient, folder: Path
) -> None:
    owner.get("/campaigns/0123456789abcdef0123?after=Qzulowimek")
    owner.get("/no/such/page/Qzulowimek")
    lines = [json.loads(line) for line in _lines(folder, log_files.REQUESTS)]
    assert [(line["method"], line["route"], line["status"]) for line in lines[-2:]] == [
        ("GET", "/campaigns/<public_id>", 404),
        ("GET", "-", 404),
    ]
    assert set(lines[-1]) == {"at", "level", "event", "method", "route", "status", "ms", "ip"}


def test_the_security_log_has_sign_ins_and_refusals(
    app: Flask, cast: Cast, visitor: PageClient, owner: PageClient, folder: Path
) -> None:
    visitor.send("/login", {"email": "nobody@example.com", "password": SECRET})
    visitor.send("/login", {"email": cast.owner.email, "password": SECRET})
    visitor.post("/settings/data/retention")  # nobody is signed in, no token
    visitor.send("/login", {"email": cast.owner.email, "password": PASSWORD})
    owner.get("/campaigns/00000000000000000000")
    owner.send("/confirm", {"password": SECRET})
    owner.send("/confirm", {"password": PASSWORD})
    owner.post("/settings/data/retention")  # no token
    owner.send("/password/change", {"current": SECRET, "password": NEW})
    owner.send("/password/change", {"current": PASSWORD, "password": NEW})
    with app.app_context():
        name = pseudonyms.of(cast.owner.account_id)
    lines = [json.loads(line) for line in _lines(folder, "security")]
    events = [(line["event"][9:], line.get("code"), line.get("account")) for line in lines]
    assert [event for event in events if event[0] not in ("done", "not_done")] == [
        ("wrong_password", None, None),
        ("wrong_password", None, name),
        ("refused", "token", None),
        ("password_right", None, name),
        ("signed_in", None, name),
        ("unknown_id", None, name),
        ("wrong_password", None, name),
        ("confirmed", None, name),
        ("refused", "token", None),
        ("wrong_password", None, name),
        ("factor_changed", "password", name),
    ]
    assert all(line["ip"] for line in lines)


def test_the_security_log_has_second_steps_and_changes_of_factors(
    app: Flask, cast: Cast, clock: Clock, folder: Path
) -> None:
    with app.app_context():
        user = db.session.get_one(User, cast.owner.user_id)
        name, client = pseudonyms.of(cast.owner.account_id), Client("192.0.2.0/24", "Firefox")
        protect(app, cast.owner)
        db.session.refresh(user)
        for typed in (wrong_code(clock), code(clock)):
            two_factor.verify(two_factor.begin(user), typed, client)
        totp.new_codes(user)
        phone_changes.apply(link(EmailLinkKind.PHONE, "+48601000009", user))
        email_changes.apply(link(EmailLinkKind.EMAIL, "new@example.com", user))
        totp.switch_off(user)
        row = sessions.find(sessions.open_session(user, "Firefox"))
        assert row is not None
        with pytest.raises(totp.WrongCode):
            totp.switch_on(row, "", totp.offer(row).encrypted, "")
        assert not phone_changes.prove(user, "AAAA-CCCC")
    events = [json.loads(line) for line in _lines(folder, "security")]
    assert [(event["event"][9:], event.get("code")) for event in events] == [
        ("wrong_code", None),
        ("code_right", None),
        ("factor_changed", "recovery_codes"),
        ("factor_changed", "phone"),
        ("factor_changed", "email"),
        ("factor_changed", "totp_off"),
        ("wrong_code", None),
        ("wrong_code", None),
    ]
    assert {event["account"] for event in events} == {name}


def link(kind: EmailLinkKind, new: str, user: User) -> str:
    """The token of an open link that changes the address or the number."""
    with transaction():
        email, phone = (new, "") if kind == EmailLinkKind.EMAIL else (user.email, new)
        return email_links.new_link(kind, email, phone, user=user).rsplit("/", 1)[1]


def test_addresses_are_shortened_after_seven_days_and_lines_gone_after_thirty(
    context: None, folder: Path
) -> None:
    start = date(2026, 3, 1)
    line = {"at": "2026-03-01T00:00:00.000+00:00", "level": "info", "event": "request.answered"}
    for name in log_files.NAMES:
        text = "".join(
            json.dumps({**line, "ip": ip}) + "\n"
            for ip in (ADDRESS, "2001:db8:1:2::7", "::ffff:203.0.113.77")
        )
        log_files.path(name, start).write_text(text + '{"half of a li')
    log_files.tidy(start + timedelta(days=6))
    assert ADDRESS in log_files.path("requests", start).read_text()
    for _ in range(2):
        log_files.tidy(start + timedelta(days=7))
        for name in log_files.NAMES:
            shortened = log_files.path(name, start).read_text()
            assert ADDRESS not in shortened
            entries = [json.loads(row) for row in shortened.splitlines()]
            assert [entry["ip"] for entry in entries] == [
                "203.0.113.0/24",
                "2001:db8:1::/48",
                "203.0.113.0/24",
            ]
            assert all(not log_schema.problems(entry, log_schema.WITH_ADDRESS) for entry in entries)
    log_files.tidy(start + timedelta(days=29))
    assert log_files.path("security", start).exists()
    log_files.tidy(start + timedelta(days=30))
    assert not list(folder.glob("*-2026-03-01*"))


def test_lines_written_meanwhile_are_not_lost(context: None, folder: Path) -> None:
    line: dict[str, object] = {"at": "x", "level": "info", "event": "a.b", "ip": ADDRESS}
    for _ in range(100):
        log_files.write("requests", line)
        log_files.tidy(_today())
    assert len(_lines(folder, "requests")) == 100


def test_a_line_cannot_be_broken_or_forged() -> None:
    with _heard() as heard:
        log = logs.get("promosms.test")
        log.warning("a.b", extra={"code": 'x\n{"event": "forged"}', "queue": "\x1b[31mred\x00"})
        log.warning("said %s\n%s", NAME, PHONE)
        logging.getLogger("gunicorn.error").warning("Invalid request from ip=%s", ADDRESS)
        logging.getLogger("rq.worker").error("exception raised: %s", WORDS)
    lines = [json.loads(line) for line in heard.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["a.b", *["other.line"] * 3]
    assert (lines[0]["code"], lines[0]["queue"]) == ("?", "?")
    assert lines[2]["source"] == "gunicorn.error"
    assert not [
        secret for secret in (NAME, PHONE, ADDRESS, WORDS, "\x1b") if secret in heard.getvalue()
    ]


def test_accounts_have_a_pseudonym_that_is_erased_with_them(app: Flask, cast: Cast) -> None:
    with app.app_context():
        pseudonym, other_pseudonym = (
            pseudonyms.of(person.account_id) for person in (cast.owner, cast.stranger)
        )
        assert pseudonym != other_pseudonym
        assert pseudonym == pseudonyms.of(cast.owner.account_id)
        assert cast.owner.account_public_id not in pseudonym
        with transaction() as session:
            session.get_one(Account, cast.owner.account_id).log_key = ""
        assert pseudonyms.of(cast.owner.account_id) == "gone"
    with _heard() as heard:
        logs.get("promosms.test").warning("a.b", extra={"account": pseudonym})
        logs.get("promosms.test").warning("a.b", extra={"account": "+48601987001"})
    assert [json.loads(line)["account"] for line in heard.getvalue().splitlines()] == [
        pseudonym,
        "?",
    ]


def _story(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient, settle: Callable[..., None]
) -> None:
    for client in (owner, visitor):
        client.environ_base = {**client.environ_base, "REMOTE_ADDR": ADDRESS}
    visitor.send("/login", {"email": MAIL, "password": SECRET})
    visitor.send("/register", {"email": MAIL, "phone": PHONE})
    visitor.get(f"/confirm/{SECRET}")
    visitor.get(f"/{NAME}?phone={PHONE}", headers={"User-Agent": f"{NAME} {PHONE}"})
    visitor.post(f"/login?{MAIL}", data={"email": MAIL})
    owner.get(f"/recipients?q={NAME}")
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        basis = Basis(Consent.GIVEN, "Card", now().date())
        recipients.add(account, {"phone": PHONE, "first_name": NAME}, basis, [])
        db.session.remove()
    owner.send("/campaigns/new", {"name": NAME, "text": WORDS, "audience": "everyone"})
    owner.send("/imports/paste", {"text": f"{PHONE} {NAME}"})
    settle()


def _fail_with_everything() -> None:
    log = logs.get("promosms.test")
    try:
        raise ValueError(f"{PHONE} {NAME} {SECRET}")
    except ValueError:
        log.exception("page.crash", extra={"endpoint": "a.b", "code": PHONE, "text": WORDS})
        log.exception("Exception on %s [%s]", f"/{SECRET}", "GET")


@pytest.fixture
def folder(app: Flask) -> Iterator[Path]:
    """The folder of the logs, empty."""
    with app.app_context():
        path = log_files.path("requests", _today()).parent
        db.session.remove()
    log_files.close()
    for file in path.glob("*"):
        file.unlink()
    yield path
    log_files.close()


@contextmanager
def _heard() -> Iterator[io.StringIO]:
    """What our loggers and those of libraries write."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setFormatter(logs.Formatter())
    named = [
        logging.getLogger(name) for name in ("promosms", "gunicorn.error", "rq", "py.warnings")
    ]
    for logger in named:
        logger.addHandler(handler)
    yield heard
    for logger in named:
        logger.removeHandler(handler)


def _lines(folder: Path, name: str) -> list[str]:
    return (folder / f"{name}-{_today()}.log").read_text().splitlines()


def _today() -> date:
    return datetime.now(UTC).date()
