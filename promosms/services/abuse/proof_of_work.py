"""Proof of work: a sum that costs a browser a second, and whoever asks ten thousand times hours.

The challenge is ALTCHA's (PBKDF2, https://altcha.org), signed with the key of the installation:
it is for one form, expires after five minutes, and its solution counts once. Nobody else is asked,
and nothing is learnt about the browser.
"""

import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from altcha import Payload, create_challenge, verify_solution
from sqlalchemy import delete

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.lib.keyed_hash import keyed
from promosms.models import SpentProof, now
from promosms.settings import settings

ALGORITHM = "PBKDF2/SHA-256"
LIFETIME = timedelta(minutes=5)
MOST_TRIES = 512
"""The solution is found after half of these on average, and never after more."""
LONGEST = 4_000  # characters of a solution; ours have about 700


class ProofForm(StrEnum):
    """The forms for which there are challenges."""

    REGISTER = "register"
    CONFIRM = "confirm"
    RESET = "reset"
    NUMBER = "number"


def challenge(form: ProofForm) -> dict[str, Any]:
    """A new challenge for a form, as the browser gets it; `tries` is the most it can take."""
    made = create_challenge(
        ALGORITHM,
        settings.proof_cost,
        counter=secrets.randbelow(MOST_TRIES),
        expires_at=now() + LIFETIME,
        data={"form": form.value},
        hmac_secret=keyed("proof challenge"),
        hmac_key_secret=keyed("proof solution"),
    )
    return {**made.to_dict(), "tries": MOST_TRIES}


def spend(solution: str, form: ProofForm) -> bool:
    """Is this a solution of one of our challenges for this form, in time and not yet used?

    From now on it is used.
    """
    if len(solution) > LONGEST or not _right(solution):
        return False
    solved = Payload.from_base64(solution).challenge
    moment = datetime.fromtimestamp(solved.parameters.expires_at or 0, UTC)
    if solved.parameters.data != {"form": form.value} or moment < now():
        return False
    spent = {"signature": solved.signature, "expires_at": moment}
    with transaction() as session:
        statement = upsert.insert(SpentProof).values(spent).on_conflict_do_nothing()
        return upsert.count(session, statement) == 1


def forget_expired() -> None:
    """Delete the used solutions that no longer count anyway."""
    with transaction() as session:
        session.execute(delete(SpentProof).where(SpentProof.expires_at < now()))


def _right(solution: str) -> bool:
    found = verify_solution(
        solution, keyed("proof challenge"), hmac_key_secret=keyed("proof solution")
    )
    return found.verified
