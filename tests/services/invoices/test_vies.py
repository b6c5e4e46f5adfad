"""VIES: its answers are kept as evidence, and a missing answer is never taken for a no."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import TaxAnswer, TaxCheck, now
from promosms.services.invoices import vies
from tests.support.cast import Cast
from tests.support.settings import override
from tests.support.vies import NO, YES, Vies, fault, running

NUMBER = "PL5260001246"
FAULTS = ["MS_UNAVAILABLE", "MS_MAX_CONCURRENT_REQ", "GLOBAL_MAX_CONCURRENT_REQ", "TIMEOUT"]
FAULTS += ["SERVICE_UNAVAILABLE", "INVALID_REQUESTER_INFO", "VAT_BLOCKED", "SOMETHING_NEW"]
SELLER = {
    "OPERATOR_NAME": "Texts SARL",
    "OPERATOR_STREET": "1 rue Haute",
    "OPERATOR_POSTCODE": "75001",
    "OPERATOR_CITY": "Paris",
    "OPERATOR_COUNTRY": "FR",
    "OPERATOR_TAX_ID": "FR40303265045",
    "OPERATOR_IBAN": "FR1420041010050500013M02606",
    "VAT_RATE": 2000,
}

NONSENSE: list[tuple[Any, int]] = [
    (b"", 200),
    (b"<html>Sorry</html>", 200),
    (b"\xff\xfe\x00", 200),
    (b"[" * 100_000, 200),
    (b"[true]", 200),
    (b"null", 200),
    ({}, 200),
    ({**NO, "valid": None}, 200),
    ({**NO, "valid": "false"}, 200),
    ({**NO, "userError": "MS_UNAVAILABLE"}, 200),
    ({**NO, "vatNumber": "1"}, 200),
    ({**NO, "countryCode": "DE"}, 200),
    ({"actionSucceed": False, "valid": False}, 200),
    ({"errorWrappers": [7], "valid": False}, 200),
    ({**NO, "padding": "x" * 100_000}, 200),
    (NO, 500),
    (NO, 404),
    (b"Too many requests", 429),
    (b"", 503),
]


@pytest.fixture
def register(app: Flask, context: None) -> Iterator[Vies]:
    with running() as server:
        override(app, vies_url=server.url)
        yield server


def ask(cast: Cast, refresh: bool = False, tax_id: str = NUMBER) -> TaxCheck:
    check = vies.check(cast.owner.account_id, tax_id, refresh)
    assert check is not None
    return check


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(TaxCheck)) or 0


def age(hours: float) -> None:
    with transaction() as session:
        session.execute(update(TaxCheck).values(checked_at=now() - timedelta(hours=hours)))


def test_a_yes_is_stored_with_its_consultation_number(
    app: Flask, cast: Cast, register: Vies
) -> None:
    override(app, SELLER)
    check = ask(cast)
    assert (check.answer, check.consultation) == (TaxAnswer.VALID, "WAPIAAAAaEDkvhHx")
    assert check.raw["name"] == "BAR MLECZNY"
    assert register.asked == [
        {
            "path": "/rest/check-vat-number",
            "countryCode": "PL",
            "vatNumber": "5260001246",
            "requesterMemberStateCode": "FR",
            "requesterNumber": "40303265045",
        }
    ]


@pytest.mark.parametrize("seller", [{}, {**SELLER, "OPERATOR_TAX_ID": "CHE107787577IVA"}])
def test_without_an_eu_number_of_the_seller_none_is_sent(
    app: Flask, cast: Cast, register: Vies, seller: dict[str, Any]
) -> None:
    override(app, seller)
    register.body = {**YES, "requestIdentifier": ""}
    assert ask(cast).consultation == ""
    assert set(register.asked[0]) == {"path", "countryCode", "vatNumber"}


def test_greece_is_asked_for_as_el(cast: Cast, register: Vies) -> None:
    register.body = {**YES, "countryCode": "EL", "vatNumber": "094259216"}
    assert ask(cast, tax_id="EL094259216").answer == TaxAnswer.VALID
    assert register.asked[0]["countryCode"] == "EL"


def test_a_no_is_a_no(cast: Cast, register: Vies) -> None:
    register.body = NO
    assert ask(cast).answer == TaxAnswer.INVALID


@pytest.mark.parametrize("status", [200, 500])
def test_a_fault_is_not_a_no(cast: Cast, register: Vies, status: int) -> None:
    register.status = status
    for code in FAULTS:
        register.body = fault(code)
        check = ask(cast)
        assert (check.answer, check.raw) == (TaxAnswer.UNAVAILABLE, {"fault": code})
        age(1)
    assert len(register.asked) == len(FAULTS)


def test_an_unreadable_answer_is_not_a_no(cast: Cast, register: Vies) -> None:
    for body, status in NONSENSE:
        register.body, register.status = body, status
        assert ask(cast).answer == TaxAnswer.UNAVAILABLE, body
        age(1)
    assert len(register.asked) == len(NONSENSE)


def test_a_redirect_is_not_followed(cast: Cast, register: Vies) -> None:
    with running() as target:
        register.status, register.headers = 307, {"Location": f"{target.url}/check-vat-number"}
        assert ask(cast).answer == TaxAnswer.UNAVAILABLE
        assert target.asked == []


def test_a_slow_vies_is_not_waited_for(
    cast: Cast, register: Vies, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vies.TIMEOUT_SECONDS == 5
    monkeypatch.setattr(vies, "TIMEOUT_SECONDS", 0.2)
    register.slow = 3
    began = time.monotonic()
    assert ask(cast).answer == TaxAnswer.UNAVAILABLE
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:{}", "http://[", "ftp://127.0.0.1", "nowhere"])
def test_no_connection_is_not_a_no(app: Flask, cast: Cast, context: None, url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    override(app, vies_url=url.format(port))
    assert ask(cast).answer == TaxAnswer.UNAVAILABLE


@pytest.mark.parametrize("body", [YES, NO])
def test_an_answer_holds_for_a_day(cast: Cast, register: Vies, body: dict[str, Any]) -> None:
    register.body = body
    first = ask(cast)
    age(23.9)
    assert ask(cast).id == first.id
    age(24.1)
    assert ask(cast).id != first.id
    assert len(register.asked) == stored() == 2


def test_the_answer_for_another_account_is_not_used(cast: Cast, register: Vies) -> None:
    ask(cast)
    vies.check(cast.stranger.account_id, NUMBER)
    assert len(register.asked) == 2


def test_trying_again_asks_again_but_not_at_once(cast: Cast, register: Vies) -> None:
    register.body = NO
    ask(cast)
    register.body = YES
    assert ask(cast, refresh=True).answer == TaxAnswer.INVALID
    age(0.01)
    assert ask(cast).answer == TaxAnswer.INVALID
    assert ask(cast, refresh=True).answer == TaxAnswer.VALID


def test_after_a_failure_it_is_asked_again_soon(cast: Cast, register: Vies) -> None:
    register.body = fault("MS_UNAVAILABLE")
    ask(cast)
    register.body = YES
    assert ask(cast).answer == TaxAnswer.UNAVAILABLE
    age(0.01)
    assert ask(cast).answer == TaxAnswer.VALID


@pytest.mark.parametrize(("seconds", "times"), [(15, 1), (25, 2)])
def test_trying_again_waits_for_20_seconds(
    cast: Cast, register: Vies, seconds: int, times: int
) -> None:
    ask(cast)
    age(seconds / 3600)
    ask(cast, refresh=True)
    assert len(register.asked) == times


def test_an_unavailable_service_does_not_replace_a_recent_yes(cast: Cast, register: Vies) -> None:
    first = ask(cast)
    age(0.01)
    register.body = fault("TIMEOUT")
    again = ask(cast, refresh=True)
    assert (again.id, again.answer, stored()) == (first.id, TaxAnswer.VALID, 1)


def test_old_evidence_proves_nothing(cast: Cast, register: Vies) -> None:
    ask(cast)
    age(23.9)
    assert vies.evidence(cast.owner.account_id, NUMBER) is not None
    age(24.1)
    assert vies.evidence(cast.owner.account_id, NUMBER) is None


def test_it_can_be_switched_off(app: Flask, cast: Cast, register: Vies) -> None:
    override(app, vies_url="")
    assert vies.check(cast.owner.account_id, NUMBER) is None
    assert (register.asked, stored()) == ([], 0)


def test_numbers_of_other_countries_are_not_sent(cast: Cast, register: Vies) -> None:
    for tax_id in ("", "GB980780684", "CHE107787577IVA", "123456789"):
        assert vies.check(cast.owner.account_id, tax_id) is None
    assert register.asked == []


def test_no_transaction_waits_for_it(cast: Cast, register: Vies) -> None:
    with transaction(), pytest.raises(RuntimeError, match="transaction"):
        vies.check(cast.owner.account_id, NUMBER)
    assert register.asked == []
