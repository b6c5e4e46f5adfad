"""Proofs of work, solved without a browser."""

import json
from base64 import b64encode
from typing import Any

from altcha import Challenge, Payload, solve_challenge

from promosms.services.abuse import proof_of_work
from promosms.services.abuse.proof_of_work import ProofForm


def solved(challenge: dict[str, Any]) -> str:
    """The solution of a challenge, as a browser sends it."""
    parsed = Challenge.from_dict(challenge)
    solution = solve_challenge(parsed)
    assert solution is not None
    return Payload(parsed, solution).to_base64()


def proof(form: ProofForm = ProofForm.CONFIRM) -> str:
    """A valid proof for a form; needs an application context."""
    return solved(proof_of_work.challenge(form))


def packed(content: object) -> str:
    """Any content in the encoding of a proof."""
    return b64encode(json.dumps(content).encode()).decode()
