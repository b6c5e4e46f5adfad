"""Who calls: the key of a request, and what it may do."""

import re
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from flask import g, request

from promosms.db import row_security
from promosms.extensions import db
from promosms.lib import pseudonyms
from promosms.lib.together import Together
from promosms.logs import security
from promosms.models import Account, AccountStatus, ApiKey, Scope
from promosms.services.api import keys, tokens
from promosms.services.api.keys import Found
from promosms.services.auth import rights
from promosms.services.auth.rights import Right
from promosms.web.api import rate_limit
from promosms.web.api.problems import Problem
from promosms.web.api.rate_limit import Counted

BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)
TOGETHER = 100
"""So many callers are let in at once."""
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="PromoSMS"'}


class _Caller(NamedTuple):
    """Who wants to come in, and from where."""

    token: str
    address: str


def key() -> ApiKey:
    """The key of this request."""
    found: ApiKey = g.api_key
    return found


def account() -> Account:
    """The account for which the key acts."""
    if "api_account" not in g:
        g.api_account = db.session.get_one(Account, key().account_id)
    found: Account = g.api_account
    return found


def authenticate(scope: Scope | None) -> None:
    """Find the key of this request, and what it may do. Raises Problem."""
    known, counted = _letting_in.ask(_Caller(_token(), request.remote_addr or ""))
    if known is None or not keys.works(known.key):
        security.note("api_key", code="unknown" if known is None else "ended")
        raise _unauthorized("This key does not work: it is unknown, has ended or was revoked.")
    _act_for(known, scope, counted)


def act_for(known: Found, scope: Scope | None) -> None:
    """Let this request act for the account of a key that works, within its limits.

    Raises Problem. From here on only the rows of the account are seen.
    """
    _act_for(known, scope, _count([known], [request.remote_addr or ""])[0])


def _let_in(callers: Sequence[_Caller]) -> list[tuple[Found | None, Counted | None]]:
    """The keys of several callers, by one statement; and each of these requests is counted."""
    found = keys.find_all([each.token for each in callers])
    counted = _count(found, [each.address for each in callers])
    return list(zip(found, counted, strict=True))


_letting_in = Together(_let_in, TOGETHER)


def _count(found: Sequence[Found | None], addresses: Sequence[str]) -> list[Counted | None]:
    """Count the requests of those who may come in. The others are refused without that."""
    names = {
        place: known.key.public_id
        for place, (known, address) in enumerate(zip(found, addresses, strict=True))
        if known is not None and _may_come_in(known, address)
    }
    counted = dict(zip(names, rate_limit.count_all([*names.values()]), strict=True))
    return [counted.get(place) for place in range(len(found))]


def _may_come_in(known: Found, address: str) -> bool:
    key, status, _role = known
    in_network = keys.may_come_from(key, address)
    return keys.works(key) and in_network and status != AccountStatus.DELETING


def _act_for(known: Found, scope: Scope | None, counted: Counted | None) -> None:
    found, status, role = known
    g.pseudonym = partial(pseudonyms.of, found.account_id)
    g.api_key = found
    if not keys.may_come_from(found, request.remote_addr or ""):
        security.because("address")
        raise Problem("address-not-allowed")
    if status == AccountStatus.DELETING:
        raise _unauthorized("This key does not work: its account is being deleted.")
    rate_limit.check(counted)
    if scope is not None and scope not in keys.scopes_of(found):
        security.because("scope")
        raise Problem("missing-scope", more={"scope": scope.value})
    if not (rights.may_use(role, scope) if scope is not None else rights.may(role, Right.LOOK)):
        security.because("right")
        raise Problem("missing-right")
    row_security.restrict_to(found.account_id)


def _token() -> str:
    header = request.headers.get("Authorization", "")
    if not header:
        raise _unauthorized()
    found = BEARER.fullmatch(header.strip())
    if found is None:
        raise _unauthorized("Write the word Bearer, a space and the key into Authorization.")
    if not tokens.is_complete(found[1]):
        raise _unauthorized("This is no complete key: a character is missing, or one too many.")
    return found[1]


def _unauthorized(detail: str = "") -> Problem:
    rate_limit.count_guess()
    security.because("key")
    return Problem("unauthorized", detail, headers=CHALLENGE)
