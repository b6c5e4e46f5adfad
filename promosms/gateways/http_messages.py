"""One request to a provider, and its answer, as plain values."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

LONGEST_WAIT = 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is sent for one text."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body; a body that is too large or cannot be read is left out.

    `wait` are the seconds that the provider asks us to wait, if it says so.
    """

    status: int
    body: bytes
    wait: float | None = None

    @property
    def ok(self) -> bool:
        """Does the status say that it worked?"""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body read as JSON; None if it is something else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def object(self) -> dict[str, Any]:
        """The body read as a JSON object; empty if it is something else."""
        value = self.json()
        return value if isinstance(value, dict) else {}


def retry_after(given: str) -> float | None:
    """The seconds to wait: given as a number or as a date, an hour at most."""
    given = given.strip()
    if given.isascii() and given.isdecimal():
        return min(float(given), LONGEST_WAIT)
    try:
        seconds = parsedate_to_datetime(given).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)
