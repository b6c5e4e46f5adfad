"""What the page about plug-ins for PromoSMS says that has its source in the code."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from promosms.models import REST_TYPES, MessageStatus
from promosms.services.api import composing
from promosms.services.api.rest32 import delivery_urls, lock_out, reports, requests, sending
from promosms.services.api.rest32.statuses import MEANINGS, Meaning, Status
from promosms.services.webhooks import noting
from promosms.sms.segments import MAX_PARTS
from promosms.views.api import examples
from promosms.views.api.guide import Sample
from promosms.web.api.rest32 import answers

SAMPLES = Path(__file__).resolve().parents[3] / "docs" / "samples" / "promosms"
LANGUAGES = {"curl": "sh", "PHP": "php"}
FIELDS: Mapping[str, str] = {
    "text": "What people read, as UTF-8.",
    "recipients[]": "The mobile numbers. Without a country code they are read as those of the "
    "country of the account. `recipients`, `recipients[0]`, `recipients[0][0]` and several numbers "
    "with commas between are read, too.",
    "type": "The kind of text, a number. Without it the text goes by the usual route.",
    "sender": "An approved sender name of the account, letter by letter. Types 0 and 1 have none, "
    "so there it says nothing.",
    "special-chars": "1 keeps letters with accents and other special characters: a part then has "
    "70 characters. Otherwise they are written without accents.",
    "long-sms": "1 allows several parts, each of which is paid. Otherwise a text of more than one "
    "part is refused.",
    "date": "When it is to leave, in seconds since 1970. Without it, or with 0, at once.",
    "user-indexes[]": "Your own id for each recipient, in the same order. `user-index[]` is the "
    "same.",
    "delivery-url": "An address that is called when there is news of a text.",
    "return-send-recipients": "1 gets a result for each recipient. Without it they are given only "
    "if somebody gets no text.",
    "confirm-service": "1 says that the text is no promotion, although words in it sound like one. "
    "PromoSMS did not have this.",
}
"""The fields of a request to send, in the order of the page."""
PLACES: Mapping[str, str] = {
    "%smsID": "the id of the text",
    "%report": "a number for what became of it",
    "%number": "the number of the recipient, without a plus sign",
    "%ownID": "your own id from `user-indexes[]`",
    "%timestamp": "when that happened, in seconds since 1970",
}
REPORTS: Mapping[int, str] = {
    delivery_urls.PENDING: "There is no news yet.",
    delivery_urls.DELIVERED: "It is on the phone.",
    delivery_urls.NOT_DELIVERED: "It did not arrive.",
    delivery_urls.SENT: "The network has taken it.",
    delivery_urls.REFUSED: "It was not sent, and costs nothing.",
}
CLASSES: Mapping[int, str] = {
    0: "Done",
    1: "Something is missing",
    2: "A value is wrong",
    3: "The account or this installation does not allow it",
    4: "Not let in, or not now",
}


class StatusRow(NamedTuple):
    """A status as the page shows it: its number, its words, and the HTTP status beside it."""

    number: int
    meaning: Meaning
    http: int


def samples() -> Iterator[Sample]:
    """The same request as programs that the tests run."""
    for name, end in LANGUAGES.items():
        yield Sample(name, (SAMPLES / f"send.{end}").read_text())


def statuses() -> list[tuple[str, str, list[StatusRow]]]:
    """All statuses by their class: its anchor, its words, and the statuses in it."""
    rows = [StatusRow(int(one), MEANINGS[one], answers.http_of(one)) for one in Status]
    by_class = groupby(rows, key=lambda row: row.number // 100)
    return [(f"class-{number}", CLASSES[number], list(group)) for number, group in by_class]


def done() -> str:
    """An answer with the results of two recipients, the second one the same as the first."""
    first = {"sms-id": "msg_0aZ3kP91x", "status": 0, "recipient": "+48600100200"}
    results = [first, {**first, "duplicate": True}]
    return examples.written({"response": {"status": 0, "recipientsResults": results}})


def refused() -> str:
    """An answer when nobody gets a text."""
    members = {"status": int(Status.TOO_LONG), "message": MEANINGS[Status.TOO_LONG].words}
    return examples.written({"response": members})


def reported() -> str:
    """An answer with one report."""
    report = {
        "sms-id": "msg_0aZ3kP91x",
        "recipient": "+48600100200",
        "report": delivery_urls.DELIVERED,
        "user-index": "order-4711",
        "time": 1779010215,
        "report-time": 1779010219,
    }
    return examples.written({"response": {"status": 0, "reports": [report], "complete": True}})


def figures() -> dict[str, object]:
    """Limits and tables, as they are on this installation."""
    minutes = timedelta(minutes=1)
    return {
        "types": REST_TYPES,
        "fields": FIELDS,
        "places": PLACES,
        "reports": REPORTS,
        "report_of": {status.value: delivery_urls.REPORTS[status] for status in MessageStatus},
        "most_recipients": requests.MOST,
        "most_single": sending.SINGLE,
        "most_reports": reports.MOST,
        "report_days": reports.LONGEST.days,
        "longest_url": delivery_urls.LONGEST,
        "call_hours": round(noting.LONGEST.total_seconds() / 3600),
        "tries": lock_out.MOST,
        "lock_minutes": lock_out.WINDOW // minutes,
        "most_days": composing.FARTHEST.days,
        "most_parts": MAX_PARTS,
    }
