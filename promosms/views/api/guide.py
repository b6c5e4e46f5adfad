"""What the page about the API says that has its source in the code: samples, figures, tables."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from promosms.forms.api.messages import MOST
from promosms.gateways.simulator import OUTCOMES, Outcome
from promosms.models import ApiRequest, MessageStatus, SandboxMessage, WebhookDelivery, now
from promosms.services.api import composing, idempotency, keys, sandbox, tokens
from promosms.services.webhooks import addresses, endpoints, noting, recording, watching
from promosms.settings import settings
from promosms.sms.segments import MAX_PARTS
from promosms.views.api import examples
from promosms.web.api import problems, rate_limit
from promosms.web.api.endpoint import LARGEST
from promosms.web.api.problems import Problem

SAMPLES = Path(__file__).resolve().parents[3] / "docs" / "samples" / "api"
LANGUAGES = {"curl": "sh", "Python": "py", "PHP": "php", "JavaScript": "mjs"}
PLACEHOLDER = f"{tokens.SANDBOX}..."
LATER = timedelta(hours=1)
STATUSES: Mapping[MessageStatus, str] = {
    MessageStatus.QUEUED: "It waits for its time or its turn. Until then it can be cancelled.",
    MessageStatus.SENDING: "It is being handed to the network.",
    MessageStatus.SENT: "The network has taken it, and its price is charged.",
    MessageStatus.DELIVERED: "It is on the phone.",
    MessageStatus.UNDELIVERED: "The network could not deliver it.",
    MessageStatus.EXPIRED: "The network has tried for long enough: the phone was off, perhaps.",
    MessageStatus.FAILED: "The network refused it. Its price was given back.",
    MessageStatus.UNKNOWN: "The answer of the network was lost, so nobody knows whether it went. "
    "News may still come. Do not send it again by itself: they may have got it.",
    MessageStatus.SKIPPED: "It was not sent: they opted out meanwhile, or it was too late. Its "
    "price was given back.",
    MessageStatus.CANCELLED: "You have cancelled it. Its price was given back.",
}
TRIED: Mapping[Outcome, str] = {
    Outcome.REJECTED: "The network refuses it.",
    Outcome.UNDELIVERED: "The network cannot deliver it.",
    Outcome.EXPIRED: "The phone is off until the text expires.",
    Outcome.SLOW: "It arrives after half a minute.",
    Outcome.NO_RECEIPT: "No news comes after it was sent.",
    Outcome.LOST_ANSWER: "Its status is unknown first; then it has arrived after all.",
}
"""What the sandbox does with numbers that end in a certain way. All others arrive at once."""


class Tried(NamedTuple):
    """A number of the sandbox: how it ends, what happens, and the status in the end."""

    digits: str
    words: str
    status: str


class Sample(NamedTuple):
    """A program that the tests run, as it is: the name of its file, and its text."""

    file: str
    text: str


def samples(name: str) -> list[Sample]:
    """The same program in all languages in which there is one."""
    files = [f"{name}.{end}" for end in LANGUAGES.values()]
    return [
        Sample(file, (SAMPLES / file).read_text()) for file in files if (SAMPLES / file).exists()
    ]


def problem() -> str:
    """What a program gets that has forgotten the number."""
    wrong = problems.at("to", "This is missing.")
    return examples.written(problems.answer(Problem("invalid-request", errors=wrong)).get_json())


def tried() -> list[Tried]:
    """What the sandbox does with which numbers: the status is what it says itself."""
    return [
        Tried(digits, TRIED[outcome], _in_the_end(digits))
        for digits, outcome in OUTCOMES.items()
        if outcome in TRIED
    ]


def figures() -> dict[str, object]:
    """Limits, as they are on this installation."""
    return {
        "kept_hours": round(ApiRequest.retention.limit / timedelta(hours=1)),
        "overlap_hours": round(keys.OVERLAP / timedelta(hours=1)),
        "most_keys": keys.MOST,
        "most_days": composing.FARTHEST.days,
        "most_parts": MAX_PARTS,
        "most_rows": MOST,
        "longest_key": idempotency.LONGEST,
        "largest": LARGEST // 1024**2,
        "per_minute": settings.api_requests_per_minute,
        "guesses": rate_limit.GUESSES.amount,
        "currency": settings.currency,
    }


def delivery() -> dict[str, object]:
    """How webhooks are delivered: limits and times."""
    waits = [_span(wait) for wait in recording.WAITS]
    return {
        "seconds": round(addresses.SECONDS),
        "tries": len(recording.WAITS) + 1,
        "waits": ", ".join(waits),
        "hours": round(noting.LONGEST / timedelta(hours=1)),
        "days": watching.DISABLED_AFTER.days,
        "kept_days": WebhookDelivery.retention.limit.days,
        "overlap_hours": round(endpoints.OVERLAP / timedelta(hours=1)),
        "most": endpoints.MOST,
    }


def _span(wait: timedelta) -> str:
    seconds = round(wait.total_seconds())
    if seconds < 60:
        return f"{seconds} seconds"
    return f"{seconds // 60} minutes" if seconds < 3600 else f"{seconds // 3600} hours"


def _in_the_end(digits: str) -> str:
    text = SandboxMessage(phone=f"+4860{digits}", send_at=now() - LATER, cancelled_at=None)
    return sandbox.status_of(text)[0].value
