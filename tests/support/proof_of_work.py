"""A browser's sum, solved without a browser."""

import json
from base64 import b64encode
from typing import Any

from altcha import Challenge, Payload, solve_challenge

from promosms.services.abuse import proof_of_work
from promosms.services.abuse.proof_of_work import ProofForm


def solved(challenge: dict[str, Any]) -> str:
    """What the browser would send for this challenge."""
    found = Challenge.from_dict(challenge)
    solution = solve_challenge(found)
    assert solution is not None
    return Payload(found, solution).to_base64()


def proof(form: ProofForm = ProofForm.CONFIRM) -> str:
    """A good solution for a form, made inside the application."""
    return solved(proof_of_work.challenge(form))


def packed(content: object) -> str:
    """Anything as the browser would send it."""
    return b64encode(json.dumps(content).encode()).decode()
