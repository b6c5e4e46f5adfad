"""VIES: the EU's service that confirms VAT numbers, called over its REST interface.

POST /check-vat-number with countryCode and vatNumber; requesterMemberStateCode and requesterNumber
are needed to get a consultation number (requestIdentifier). An answer contains `valid`; a fault is
{"actionSucceed": false, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}. Any other answer than a
clear yes or no to the requested number counts as *unavailable*.
"""

import json
import re
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import select

from promosms import logs
from promosms.db.transactions import transaction, writing
from promosms.extensions import db
from promosms.models import TaxAnswer, TaxCheck, now
from promosms.services.invoices import seller as sellers
from promosms.services.invoices import tax_ids
from promosms.services.invoices.seller import Seller
from promosms.settings import settings

log = logs.get(__name__)
TIMEOUT_SECONDS = 5.0
LARGEST = 64 * 1024
FRESH = timedelta(hours=24)
# While VIES is down, reloading a page does not wait for another timeout.
RETRY_AFTER = timedelta(seconds=20)
NO_FAULT = (None, "", "VALID", "INVALID")
KEPT = 500  # characters of each value that is kept as evidence


class _InvalidAnswer(Exception):
    """No valid answer; the text is a short name of the fault."""


@dataclass(frozen=True)
class _Reply:
    answer: TaxAnswer
    consultation: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


def usable(tax_id: str) -> bool:
    """Can this number be checked with VIES?"""
    return bool(settings.vies_url) and tax_ids.in_vies(tax_id)


def last(account_id: int, tax_id: str) -> TaxCheck | None:
    """The latest answer for this number; None if there is none."""
    query = select(TaxCheck).where(TaxCheck.account_id == account_id, TaxCheck.tax_id == tax_id)
    return db.session.scalars(query.order_by(TaxCheck.id.desc()).limit(1)).first()


def evidence(account_id: int, tax_id: str) -> TaxCheck | None:
    """The latest answer if it is less than a day old: older ones are no evidence."""
    check = last(account_id, tax_id)
    return check if check and check.checked_at > now() - FRESH else None


def check(account_id: int, tax_id: str, refresh: bool = False) -> TaxCheck | None:
    """Ask VIES, unless it has answered within a day; the answer is stored as evidence.

    None if the number is not an EU number, or VIES is switched off. `refresh` asks again, but at
    most every 20 seconds. Takes up to five seconds and must not be called inside a transaction.
    An *unavailable* does not replace a yes or no that is less than a day old.
    """
    if not usable(tax_id):
        return None
    if writing():
        raise RuntimeError("no network request is made inside a transaction")
    stored = evidence(account_id, tax_id)
    if stored and not _due(stored, refresh):
        return stored
    db.session.commit()  # the read transaction would stay open during the request
    reply = _ask(tax_id, sellers.seller())
    if stored and reply.answer == TaxAnswer.UNAVAILABLE and stored.answer != reply.answer:
        return last(account_id, tax_id)
    return _store(account_id, tax_id, reply)


def _due(stored: TaxCheck, refresh: bool) -> bool:
    if stored.answer == TaxAnswer.UNAVAILABLE or refresh:
        return stored.checked_at < now() - RETRY_AFTER
    return False


def _store(account_id: int, tax_id: str, reply: _Reply) -> TaxCheck:
    with transaction() as session:
        check = TaxCheck(
            account_id=account_id,
            tax_id=tax_id,
            answer=reply.answer,
            consultation=reply.consultation,
            raw=reply.raw,
        )
        session.add(check)
    return check


def _ask(tax_id: str, seller: Seller | None) -> _Reply:
    params = {"countryCode": tax_id[:2], "vatNumber": tax_id[2:]}
    if seller and not seller.specimen and tax_ids.in_vies(seller.tax_id):
        params |= {
            "requesterMemberStateCode": seller.tax_id[:2],
            "requesterNumber": seller.tax_id[2:],
        }
    try:
        return _read(_post(params), params)
    except _InvalidAnswer as fault:
        log.warning("vies.unavailable", extra={"code": str(fault).replace(" ", "_")})
        return _Reply(TaxAnswer.UNAVAILABLE, raw={"fault": str(fault)})


def _post(params: dict[str, str]) -> dict[str, Any]:
    url = settings.vies_url.rstrip("/") + "/check-vat-number"
    deadline = time.monotonic() + TIMEOUT_SECONDS
    body = b""
    try:
        with (
            httpx.Client(
                timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
            ) as client,
            client.stream("POST", url, json=params) as response,
        ):
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST or time.monotonic() > deadline:
                    raise _InvalidAnswer("too slow or too long")
            answer = json.loads(body) if body else None
            status = response.status_code
    except httpx.HTTPError as error:
        raise _InvalidAnswer(type(error).__name__) from error
    except (httpx.InvalidURL, ValueError, RecursionError) as error:
        raise _InvalidAnswer("unreadable") from error
    if not isinstance(answer, dict):
        raise _InvalidAnswer(f"status {status}")
    if status != httpx.codes.OK or answer.get("actionSucceed") is False:
        raise _InvalidAnswer(_fault(answer) or f"status {status}")
    return answer


def _read(answer: dict[str, Any], params: dict[str, str]) -> _Reply:
    fault = _fault(answer)
    if fault:
        raise _InvalidAnswer(fault)
    number = {name: params[name] for name in ("countryCode", "vatNumber")}
    if any(str(answer.get(name, value)).upper() != value for name, value in number.items()):
        raise _InvalidAnswer("another number")
    if not isinstance(answer.get("valid"), bool):
        raise _InvalidAnswer("neither yes nor no")
    raw = {str(name)[:60]: _short(value) for name, value in list(answer.items())[:40]}
    consultation = str(answer.get("requestIdentifier") or "")[:60]
    return _Reply(TaxAnswer.VALID if answer["valid"] else TaxAnswer.INVALID, consultation, raw)


def _fault(answer: dict[str, Any]) -> str:
    """The name of the fault in an answer, "" for none."""
    wrapped = answer.get("errorWrappers")
    if isinstance(wrapped, list) and wrapped:
        first = wrapped[0]
        return _name(first.get("error") if isinstance(first, dict) else first)
    user_error = answer.get("userError")
    return "" if user_error in NO_FAULT else _name(user_error)


def _name(fault: object) -> str:
    """A fault as it may be logged: a code, never text from outside."""
    return str(fault) if re.fullmatch(r"[A-Z_]{1,40}", str(fault)) else "fault"


def _short(value: object) -> object:
    simple = value is None or isinstance(value, bool | int)
    return value if simple else str(value).replace("\0", "")[:KEPT]
