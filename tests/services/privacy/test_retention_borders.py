"""How long each kind of row is kept: until just before its time is over, and gone just after."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest

from promosms.db import overwrite_files
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.simulator_store import Taken
from promosms.models import (
    Account,
    AccountExport,
    Backoff,
    BadRow,
    CookieChoice,
    Email,
    EmailAttempt,
    Erasure,
    ExportStatus,
    Gateway,
    GatewayInboxRow,
    Guest,
    Import,
    ImportStatus,
    InboundMessage,
    InboxKind,
    KnownBrowser,
    Model,
    TaxCheck,
    TextAttempt,
    TextBlock,
    TextRefusal,
    UnmatchedOptOut,
    UnmatchedStatus,
    User,
    WelcomeCredit,
    now,
)
from promosms.services.abuse import receivers, sms_pumping
from promosms.services.auth import backoff, known_browsers
from promosms.services.auth.known_browsers import Client
from promosms.services.gateways import simulated_phone
from promosms.services.imports import files as import_files
from promosms.services.imports import imports
from promosms.services.ledger import welcome_credits
from promosms.services.mail import outbox
from promosms.services.policies import cookie_choices
from promosms.services.privacy import erasure_requests, retention
from promosms.services.privacy import export as account_export
from promosms.services.sending import sweep
from tests.support.cast import Cast
from tests.support.clock import Clock

pytestmark = pytest.mark.usefixtures("context")


def rule(name: str) -> None:
    """Delete what is due by one of the rules of the policy page."""
    (chosen,) = [rule for rule in retention.RULES if rule.name == name]
    chosen.purge({}, lambda: False)


def email(account_id: int | None) -> Email:
    return Email(recipient="x@example.com", subject="x", body="x", account_id=account_id)


def bad_row(account_id: int) -> BadRow:
    import_ = Import(account_id=account_id, stored_as="x", status=ImportStatus.FINISHED)
    db.session.add(import_)
    db.session.flush()
    return BadRow(account_id=account_id, import_id=import_.id, row=1, problem="x", content="x")


def known_browser(account_id: int) -> KnownBrowser:
    query = db.select(User.id).where(User.account_id == account_id).limit(1)
    return KnownBrowser(user_id=db.session.scalars(query).one(), mark="x")


def text_attempt() -> TextAttempt:
    return TextAttempt(kind="text", number_hash="x", prefix_hash="x", network_hash="x", dial_code=1)


def inbox_row(_account_id: int) -> GatewayInboxRow:
    return GatewayInboxRow(
        gateway_id=db.session.scalars(db.select(Gateway.id)).first(),
        kind=InboxKind.RECEIPT,
        reference="r",
        next_attempt_at=now() + timedelta(days=900),
    )


def unmatched_opt_out(account_id: int | None = None) -> UnmatchedOptOut:
    """One that waits, or one that was assigned to an account just now."""
    status = UnmatchedStatus.ASSIGNED if account_id else UnmatchedStatus.WAITING
    return UnmatchedOptOut(
        account_id=account_id,
        gateway_id=1,
        kind="stop",
        address_hash="x",
        status=status,
        decided_at=now() if account_id else None,
    )


Make = Callable[[int], Model]
KEPT: dict[str, tuple[Make, Callable[[], object], timedelta, timedelta]] = {
    "e-mail": (email, outbox.forget_old, timedelta(days=29), timedelta(days=31)),
    "e-mail without an account": (
        lambda _: email(None),
        outbox.forget_old,
        timedelta(hours=47),
        timedelta(hours=49),
    ),
    "row of a gateway's inbox": (
        inbox_row,
        lambda: rule("receipts"),
        timedelta(days=6, hours=23),
        timedelta(days=7, hours=1),
    ),
    "reply": (
        lambda account_id: InboundMessage(
            account_id=account_id, phone="+48601211100", text="Open?"
        ),
        lambda: rule("replies"),
        timedelta(days=29, hours=23),
        timedelta(days=30, hours=1),
    ),
    "unmatched opt-out": (
        lambda _: unmatched_opt_out(),
        lambda: rule("unmatched opt-outs"),
        timedelta(days=89, hours=23),
        timedelta(days=90, hours=1),
    ),
    "settled opt-out": (
        lambda account_id: unmatched_opt_out(account_id),
        lambda: rule("unmatched opt-outs"),
        timedelta(days=29, hours=23),
        timedelta(days=30, hours=1),
    ),
    "refused row": (
        bad_row,
        lambda: rule("refused rows"),
        timedelta(days=29),
        timedelta(days=31),
    ),
    "failed export": (
        lambda account_id: AccountExport(
            account_id=account_id, stored_as="x.zip", status=ExportStatus.FAILED
        ),
        account_export.forget_expired,
        timedelta(hours=47),
        timedelta(hours=49),
    ),
    "erasure": (
        lambda _: Erasure(account="x", link_hash="x", finished_at=now()),
        erasure_requests.forget_old,
        timedelta(days=6, hours=23),
        timedelta(days=7, hours=1),
    ),
    "removed guest": (
        lambda account_id: Guest(account_id=account_id, phone="+48601222001", removed_at=now()),
        lambda: rule("guests"),
        timedelta(hours=23),
        timedelta(hours=25),
    ),
    "guest without a code": (
        lambda account_id: Guest(account_id=account_id, phone="+48601222001", sent_at=now()),
        lambda: rule("guests"),
        timedelta(hours=23),
        timedelta(hours=25),
    ),
    "known browser": (
        known_browser,
        known_browsers.forget_old,
        timedelta(days=89),
        timedelta(days=91),
    ),
    "backoff": (
        lambda _: Backoff(key="x"),
        backoff.forget_old,
        timedelta(days=29),
        timedelta(days=31),
    ),
    "cookie choice": (
        lambda _: CookieChoice(version="x", language="en"),
        cookie_choices.forget_old,
        timedelta(days=365),
        timedelta(days=367),
    ),
    "text attempt": (
        lambda _: text_attempt(),
        sms_pumping.purge,
        timedelta(hours=23),
        timedelta(hours=25),
    ),
    "welcome credit": (
        lambda _: WelcomeCredit(number_hash="x", granted_on=now().date()),
        welcome_credits.forget_old,
        timedelta(days=729),
        timedelta(days=731),
    ),
    "e-mail attempt": (
        lambda _: EmailAttempt(receiver_hash="x"),
        receivers.forget_old,
        timedelta(hours=23),
        timedelta(hours=25),
    ),
    "block of a prefix": (
        lambda _: TextBlock(prefix="4860121", until=now() + timedelta(days=1)),
        sms_pumping.purge,
        timedelta(hours=23),
        timedelta(hours=25),
    ),
    "text refusal": (
        lambda _: TextRefusal(hour=now(), layer="haste", number=1),
        sms_pumping.purge,
        timedelta(hours=23),
        timedelta(hours=25),
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_row_is_kept_for_its_time_only(cast: Cast, clock: Clock, name: str) -> None:
    make, forget, before, after = KEPT[name]
    with transaction() as session:
        row = make(cast.owner.account_id)
        session.add(row)
    clock.move(seconds=before.total_seconds())
    forget()
    assert number_of(type(row)) == 1
    clock.move(seconds=(after - before).total_seconds())
    forget()
    assert number_of(type(row)) == 0


def number_of(model: type[Model]) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def test_what_vies_answered_is_kept_in_full_for_30_days(cast: Cast, clock: Clock) -> None:
    with transaction() as session:
        check = TaxCheck(
            account_id=cast.owner.account_id,
            tax_id="PL5260001246",
            answer="valid",
            raw={"name": "Milk Bar"},
        )
        session.add(check)
    for days, raw in ((29, {"name": "Milk Bar"}), (2, {})):
        clock.move(days=days)
        rule("tax checks")
        db.session.expire_all()
        assert (check.answer, check.raw) == ("valid", raw)


def test_an_upload_waits_for_24_hours(cast: Cast, clock: Clock) -> None:
    account = db.session.get_one(Account, cast.owner.account_id)
    import_ = imports.upload(account, io.BytesIO(b"601234567\n"), "x.csv")
    orphan = import_files.store(io.BytesIO(b"601234567\n"), "PL")
    stored = [import_files.path(name) for name in (import_.stored_as, orphan.name)]
    for hours, kept in ((23, True), (2, False)):
        clock.move(hours=hours)
        rule("uploads")
        db.session.expire_all()
        assert (import_.status == ImportStatus.MAPPING) is kept
        assert [path.exists() for path in stored] == [kept, kept]


def test_an_export_waits_for_48_hours(cast: Cast, clock: Clock) -> None:
    account = db.session.get_one(Account, cast.owner.account_id)
    account_export.work(account_export.start(account, "somebody").id)
    for hours, kept in ((47, True), (2, False)):
        clock.move(hours=hours)
        rule("exports")
        assert (account_export.of(cast.owner.account_id) is not None) is kept


def test_an_erasure_is_shown_for_a_week(clock: Clock) -> None:
    with transaction() as session:
        erasure_requests.begin(session, "x", "the link", 0)
        erasure_requests.finish(session, "x")
    clock.move(days=6, hours=23)
    assert erasure_requests.by_link("the link")
    clock.move(hours=2)
    assert erasure_requests.by_link("the link") is None


def test_a_browser_is_known_for_90_days(cast: Cast, clock: Clock) -> None:
    user, client = db.session.get_one(User, cast.owner.user_id), Client("192.0.2.0/24", "Firefox")
    known_browsers.note(user, client)
    clock.move(days=89)
    assert known_browsers.is_known(user.email, client)
    clock.move(days=2)
    assert not known_browsers.is_known(user.email, client)


def test_the_simulated_network_forgets_after_30_days(clock: Clock) -> None:
    text = Taken("r", "Shop", "+48601211100", "Open today", 1, "delivered", None, "")
    simulated_phone.store().take([text])
    for days, shown in ((29, 1), (2, 0)):
        clock.move(days=days)
        rule("network")
        assert len(simulated_phone.texts()) == shown


def test_files_are_rewritten_while_texts_wait_only_after_three_hours(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten: list[list[str]] = []
    monkeypatch.setattr(overwrite_files, "overwrite", lambda names: not rewritten.append(names))
    monkeypatch.setattr(sweep, "gateways_with_work", lambda: [1])
    place: retention.Place | None = {"rule": len(retention.RULES), "deleted": ["messages"]}
    for minutes, times in ((0, 0), (179, 0), (2, 1)):
        clock.move(minutes=minutes)
        assert place is not None
        place = retention.step(place, lambda: False)
        assert len(rewritten) == times
    assert place is None
