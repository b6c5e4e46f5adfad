"""VIES: the register of the EU in which VAT numbers are confirmed, asked over its REST interface.

POST /check-vat-number with countryCode and vatNumber, and requesterMemberStateCode and
requesterNumber when a consultation number (requestIdentifier) shall come back. An answer holds
`valid`; a fault is {"actionSucceed": false, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}.
Whatever is not a plain yes or no to the very number that was asked means *unavailable*.
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
from promosms.services.invoices import tax_ids
from promosms.services.invoices.seller import Seller, seller
from promosms.settings import settings

log = logs.get(__name__)
SECONDS = 5.0
LARGEST = 64 * 1024
FRESH = timedelta(hours=24)
# Nobody waits twice for a register that is down: reloading a page does not ask again at once.
PAUSE = timedelta(seconds=20)
NO_FAULT = (None, "", "VALID", "INVALID")
KEPT = 500  # characters of each value that is kept as evidence


class _Nonsense(Exception):
    """No answer that could be believed; its text is the fault in a word."""


@dataclass(frozen=True)
class _Reply:
    answer: TaxAnswer
    consultation: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


def usable(tax_id: str) -> bool:
    """Can this number be checked here?"""
    return bool(settings.vies_url) and tax_ids.in_vies(tax_id)


def last(account_id: int, tax_id: str) -> TaxCheck | None:
    """The newest answer to this number; None if nobody has asked."""
    query = select(TaxCheck).where(TaxCheck.account_id == account_id, TaxCheck.tax_id == tax_id)
    return db.session.scalars(query.order_by(TaxCheck.id.desc()).limit(1)).first()


def evidence(account_id: int, tax_id: str) -> TaxCheck | None:
    """The newest answer if it is younger than a day: older ones prove nothing."""
    found = last(account_id, tax_id)
    return found if found and found.checked_at > now() - FRESH else None


def check(account_id: int, tax_id: str, refresh: bool = False) -> TaxCheck | None:
    """Ask VIES, unless it has answered within a day; the answer is stored as evidence.

    None if the number is not one of the EU, or VIES is switched off. `refresh` asks again, but not
    more often than every few seconds. Takes up to five seconds and must not be called inside a
    transaction. A doubt after a plain answer does not put it in question while that is fresh.
    """
    if not usable(tax_id):
        return None
    if writing():
        raise RuntimeError("a network is not waited for inside a transaction")
    known = evidence(account_id, tax_id)
    if known and not _due(known, refresh):
        return known
    db.session.commit()  # not even a reading transaction stays open while we wait
    reply = _ask(tax_id, seller())
    if known and reply.answer == TaxAnswer.UNAVAILABLE and known.answer != reply.answer:
        return last(account_id, tax_id)
    return _store(account_id, tax_id, reply)


def _due(known: TaxCheck, refresh: bool) -> bool:
    if known.answer == TaxAnswer.UNAVAILABLE or refresh:
        return known.checked_at < now() - PAUSE
    return False


def _store(account_id: int, tax_id: str, reply: _Reply) -> TaxCheck:
    with transaction() as session:
        made = TaxCheck(
            account_id=account_id,
            tax_id=tax_id,
            answer=reply.answer,
            consultation=reply.consultation,
            raw=reply.raw,
        )
        session.add(made)
    return made


def _ask(tax_id: str, who: Seller | None) -> _Reply:
    question = {"countryCode": tax_id[:2], "vatNumber": tax_id[2:]}
    if who and not who.specimen and tax_ids.in_vies(who.tax_id):
        question |= {
            "requesterMemberStateCode": who.tax_id[:2],
            "requesterNumber": who.tax_id[2:],
        }
    try:
        return _read(_post(question), question)
    except _Nonsense as fault:
        log.warning("vies.unavailable", extra={"error": str(fault)})
        return _Reply(TaxAnswer.UNAVAILABLE, raw={"fault": str(fault)})


def _post(question: dict[str, str]) -> dict[str, Any]:
    url = settings.vies_url.rstrip("/") + "/check-vat-number"
    deadline = time.monotonic() + SECONDS
    body = b""
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, json=question) as answer,
        ):
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST or time.monotonic() > deadline:
                    raise _Nonsense("too slow or too long")
            found = json.loads(body) if body else None
            status = answer.status_code
    except httpx.HTTPError as error:
        raise _Nonsense(type(error).__name__) from error
    except (httpx.InvalidURL, ValueError, RecursionError) as error:
        raise _Nonsense("unreadable") from error
    if not isinstance(found, dict):
        raise _Nonsense(f"status {status}")
    if status != httpx.codes.OK or found.get("actionSucceed") is False:
        raise _Nonsense(_fault(found) or f"status {status}")
    return found


def _read(found: dict[str, Any], question: dict[str, str]) -> _Reply:
    fault = _fault(found)
    if fault:
        raise _Nonsense(fault)
    asked = {name: question[name] for name in ("countryCode", "vatNumber")}
    if any(str(found.get(name, value)).upper() != value for name, value in asked.items()):
        raise _Nonsense("another number")
    if not isinstance(found.get("valid"), bool):
        raise _Nonsense("neither yes nor no")
    kept = {str(name)[:60]: _short(value) for name, value in list(found.items())[:40]}
    number = str(found.get("requestIdentifier") or "")[:60]
    return _Reply(TaxAnswer.VALID if found["valid"] else TaxAnswer.INVALID, number, kept)


def _fault(found: dict[str, Any]) -> str:
    """The fault that an answer names, "" for none."""
    wrapped = found.get("errorWrappers")
    if isinstance(wrapped, list) and wrapped:
        first = wrapped[0]
        return _name(first.get("error") if isinstance(first, dict) else first)
    named = found.get("userError")
    return "" if named in NO_FAULT else _name(named)


def _name(fault: object) -> str:
    """A fault as it may be logged: codes only, no text from outside."""
    return str(fault) if re.fullmatch(r"[A-Z_]{1,40}", str(fault)) else "fault"


def _short(value: object) -> object:
    simple = value is None or isinstance(value, bool | int)
    return value if simple else str(value).replace("\0", "")[:KEPT]
