"""The codes of two-factor sign-in."""

import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import RecoveryCode, Session, User
from promosms.services.auth import recovery_codes, totp
from promosms.services.auth.totp import OfferGone
from tests.support import commands
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.settings import override
from tests.views.auth.two_factor import SECRET, code, protect, user_of

RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the key of RFC 6238, appendix B


@pytest.mark.parametrize(
    ("second", "expected"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_it_reads_the_codes_of_the_standard(
    monkeypatch: pytest.MonkeyPatch, second: int, expected: str
) -> None:
    monkeypatch.setattr(totp, "now", lambda: datetime.fromtimestamp(second, UTC))
    assert totp.matching(RFC, expected, None) == second // 30


@pytest.mark.parametrize("steps", [-3, -2, -1, 0, 1, 2, 3])
def test_a_clock_may_be_wrong_by_one_step(steps: int) -> None:
    typed = pyotp.TOTP(SECRET).at(totp.now() + timedelta(seconds=30 * steps))
    step = totp.matching(SECRET, typed, None)
    assert (step is not None) == (abs(steps) <= 1) or typed in {code(), code(steps=1)}


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "9" * 4000])
def test_anything_can_be_typed(typed: str) -> None:
    assert totp.matching(SECRET, typed, None) is None


@pytest.mark.usefixtures("context")
def test_a_code_works_once_and_so_do_older_ones(app: Flask, cast: Cast, clock: Clock) -> None:
    protect(app, cast.owner)
    user = db.session.get_one(User, cast.owner.user_id)
    typed, older = code(clock), code(clock, -1)
    assert totp.use(user, f" {typed[:3]} {typed[3:]} ")
    assert not totp.use(user, typed)
    assert not totp.use(user, older)
    clock.move(seconds=30)
    assert totp.use(user, code(clock))


@pytest.mark.usefixtures("context")
def test_a_new_secret_is_offered_for_half_an_hour(cast: Cast, clock: Clock) -> None:
    cast.owner.browser()
    session = db.session.scalars(db.select(Session)).one()
    offer = totp.offer(session)
    clock.move(minutes=29)
    assert totp.offered(session, offer.encrypted) == offer
    clock.move(minutes=2)
    with pytest.raises(OfferGone):
        totp.offered(session, offer.encrypted)


@pytest.mark.usefixtures("context")
def test_only_one_of_many_at_once_gets_in(app: Flask, cast: Cast) -> None:
    codes = protect(app, cast.owner)
    results: list[bool] = []
    barrier = threading.Barrier(6)

    def enter(typed: str) -> None:
        with app.app_context():
            user = db.session.get_one(User, cast.owner.user_id)
            barrier.wait()
            used = totp.use if typed.isdigit() else recovery_codes.use
            results.append(used(user, typed))

    typed = [code()] * 3 + [codes[0]] * 3
    threads = [threading.Thread(target=enter, args=(typed_code,)) for typed_code in typed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(results) == 2


@pytest.mark.usefixtures("context")
def test_neither_secret_nor_recovery_codes_are_stored_in_clear(app: Flask, cast: Cast) -> None:
    codes = protect(app, cast.owner)
    user = db.session.get_one(User, cast.owner.user_id)
    assert user.totp_encrypted is not None
    assert SECRET.encode() not in user.totp_encrypted
    rows = db.session.scalars(db.select(RecoveryCode)).all()
    assert len({row.mark for row in rows}) == len(rows) == 10
    for row, text in zip(rows, codes, strict=True):
        assert row.code_hash.startswith("$argon2id$")
        assert text.replace("-", "")[4:] not in str(vars(row))


@pytest.mark.usefixtures("context")
def test_recovery_codes_work_once_and_only_for_their_user(app: Flask, cast: Cast) -> None:
    codes = protect(app, cast.owner)
    protect(app, cast.stranger)
    user = db.session.get_one(User, cast.owner.user_id)
    stranger = db.session.get_one(User, cast.stranger.user_id)
    assert not recovery_codes.use(stranger, codes[0])
    assert recovery_codes.use(user, codes[0].lower().replace("-", " "))
    assert not recovery_codes.use(user, codes[0])
    assert recovery_codes.left(user) == 9


@pytest.mark.usefixtures("context")
def test_a_new_set_replaces_the_old_one(app: Flask, cast: Cast) -> None:
    old = protect(app, cast.owner)
    user = db.session.get_one(User, cast.owner.user_id)
    new = totp.new_codes(user)
    assert not any(recovery_codes.use(user, recovery_code) for recovery_code in old)
    assert all(recovery_codes.use(user, recovery_code) for recovery_code in new)


@pytest.mark.usefixtures("context")
def test_admins_need_it_unless_a_trial_does_without(app: Flask, cast: Cast) -> None:
    admin, owner = (db.session.get_one(User, person.user_id) for person in (cast.admin, cast.owner))
    for on, production, required in (
        *((True, False, True), (True, True, True)),
        *((False, False, False), (False, True, True)),
    ):
        override(app, admin_totp=on, production=production)
        assert (totp.required(admin), totp.required(owner)) == (required, False)


def test_the_command_line_switches_it_off(app: Flask, cast: Cast) -> None:
    protect(app, cast.admin)
    browser = cast.admin.browser()
    assert "no user" in commands.run(app, "reset-totp", "nobody@example.com").output
    assert "is off" in commands.run(app, "reset-totp", cast.admin.email).output
    assert user_of(app, cast.admin).totp_encrypted is None
    with app.app_context():
        assert recovery_codes.left(user_of(app, cast.admin)) == 0
    assert "/login" in browser.get("/settings").location
    assert "off there already" in commands.run(app, "reset-totp", cast.admin.email).output
