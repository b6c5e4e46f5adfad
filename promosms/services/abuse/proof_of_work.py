"""Proof of work: a challenge that takes a browser a second, and a bulk sender hours.

The challenge is ALTCHA's (PBKDF2, https://altcha.org), signed with the key of the installation:
it is for one form, expires after five minutes, and its solution works once. No other service is
involved, and nothing about the browser is recorded.
"""

import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from altcha import Payload, create_challenge, verify_solution
from sqlalchemy import delete

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import SpentProof, now
from promosms.settings import settings

ALGORITHM = "PBKDF2/SHA-256"
LIFETIME = timedelta(minutes=5)
MOST_TRIES = 512
"""A browser finds the solution after half of these on average."""
LONGEST = 4_000  # characters of a solution; ours have about 700


class ProofForm(StrEnum):
    """The forms for which there are challenges."""

    REGISTER = "register"
    CONFIRM = "confirm"
    RESET = "reset"
    NUMBER = "number"
    EMAIL = "email"
    SIGN_UP = "sign_up"


def challenge(form: ProofForm) -> dict[str, Any]:
    """A new challenge for a form, as JSON for the browser; `tries` is the most it can take."""
    new = create_challenge(
        ALGORITHM,
        settings.proof_cost,
        counter=secrets.randbelow(MOST_TRIES),
        expires_at=now() + LIFETIME,
        data={"form": form.value},
        hmac_secret=keyed_hash("proof challenge"),
        hmac_key_secret=keyed_hash("proof solution"),
    )
    return {**new.to_dict(), "tries": MOST_TRIES}


def spend(solution: str, form: ProofForm) -> bool:
    """Is this a valid, unused solution of a challenge for this form? Then it is used up now."""
    if len(solution) > LONGEST or not _is_valid(solution):
        return False
    solved = Payload.from_base64(solution).challenge
    expires_at = datetime.fromtimestamp(solved.parameters.expires_at or 0, UTC)
    if solved.parameters.data != {"form": form.value} or expires_at < now():
        return False
    spent = {"signature": solved.signature, "expires_at": expires_at}
    with transaction() as session:
        statement = upsert.insert(SpentProof).values(spent).on_conflict_do_nothing()
        return upsert.count(session, statement) == 1


def forget_expired() -> None:
    """Delete the used solutions of expired challenges."""
    with transaction() as session:
        session.execute(delete(SpentProof).where(SpentProof.expires_at < now()))


def _is_valid(solution: str) -> bool:
    result = verify_solution(
        solution, keyed_hash("proof challenge"), hmac_key_secret=keyed_hash("proof solution")
    )
    return result.verified
