"""The status numbers of PromoSMS REST 3.2: the one table, of answers and of their documentation.

0 is done; 100 to 199: something is missing; 200 to 299: a value is wrong; 300 to 399: the account
or this installation does not allow it; 400: the program is not let in; 401 to 403: not now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from promosms.services.api.composing import Refusal


class Status(IntEnum):
    """A status: of a request, or of one recipient in it."""

    OK = 0
    NO_TEXT = 101
    NO_RECIPIENTS = 102
    NO_TIMES = 103
    UNREADABLE = 200
    NUMBER = 201
    TYPE = 202
    FLAG = 203
    TOO_LONG = 204
    SPECIAL_CHARS = 205
    DATE = 206
    DELIVERY_URL = 207
    USER_INDEXES = 208
    TOO_MANY = 209
    TIMES = 210
    ADDRESS = 211
    ONCE = 212
    SENDER = 300
    SENDER_HERE = 301
    TYPE_HERE = 302
    COUNTRY = 303
    PROMOTIONAL = 304
    OPTED_OUT = 310
    SUSPENDED = 320
    BALANCE = 321
    LIMIT = 322
    TRIAL = 323
    TRIAL_DAY = 324
    SCOPE = 325
    NOT_LET_IN = 400
    FAILED = 401
    BUSY = 402
    TOO_OFTEN = 403


@dataclass(frozen=True)
class Meaning:
    """What a status says, and what to do about it."""

    title: str
    advice: str

    @property
    def words(self) -> str:
        """Both in one line, without the backticks that mark names on pages."""
        return f"{self.title}. {self.advice}".replace("`", "")


class NotDone(Exception):
    """A request, or the text to one recipient, was not accepted; `detail` says more, in English."""

    def __init__(self, status: Status, detail: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail or MEANINGS[status].words


MEANINGS: Mapping[Status, Meaning] = {
    Status.OK: Meaning("Accepted", "It is stored, and is not lost any more."),
    Status.NO_TEXT: Meaning("The text is missing", "Send `text` with a visible character."),
    Status.NO_RECIPIENTS: Meaning("There is no recipient", "Send `recipients[]`."),
    Status.NO_TIMES: Meaning(
        "A time is missing", "Send `from-time` and `to-time`, in seconds since 1970."
    ),
    Status.UNREADABLE: Meaning(
        "The body cannot be read", "Send a form or a JSON object, encoded as UTF-8."
    ),
    Status.NUMBER: Meaning(
        "This number gets no texts", "Write a mobile number, best with + and its country code."
    ),
    Status.TYPE: Meaning("There is no such type", "Send `type` 0, 1, 3 or 4."),
    Status.FLAG: Meaning("This is neither yes nor no", "Send 1 or 0."),
    Status.TOO_LONG: Meaning(
        "The text is too long", "Shorten it, or send `long-sms` 1 if it may take several parts."
    ),
    Status.SPECIAL_CHARS: Meaning(
        "The text has special characters that cannot be written without accents",
        "Remove them, or send `special-chars` 1. A part then has 70 characters.",
    ),
    Status.DATE: Meaning(
        "This time cannot be used",
        "Send `date` in seconds since 1970, not in the past, and at most a year ahead.",
    ),
    Status.DELIVERY_URL: Meaning(
        "This address cannot be called",
        "Send an http or https address of the Internet of at most 500 characters.",
    ),
    Status.USER_INDEXES: Meaning(
        "The user indexes do not fit",
        "Send one for each recipient, of at most 100 characters, or none.",
    ),
    Status.TOO_MANY: Meaning("There are too many recipients", "Send several requests."),
    Status.TIMES: Meaning(
        "These times cannot be used",
        "`to-time` comes after `from-time`, by at most 31 days, both in seconds since 1970.",
    ),
    Status.ADDRESS: Meaning(
        "There is no such address or method",
        "It is POST /api/rest/v3_2/sms and GET /api/rest/v3_2/reports.",
    ),
    Status.ONCE: Meaning(
        "This Idempotency-Key cannot be used",
        "Use 1 to 255 visible ASCII characters, and new ones for each other request.",
    ),
    Status.SENDER: Meaning(
        "This is no sender of the account",
        "Leave it out, or use an approved name, letter by letter. Its owner asks for one under "
        "Settings, Sender names.",
    ),
    Status.SENDER_HERE: Meaning(
        "This sender is not possible there", "Leave it out: the route or the country has no names."
    ),
    Status.TYPE_HERE: Meaning(
        "This installation does not offer this type",
        "Choose another one. Nothing was sent, because it may have another price.",
    ),
    Status.COUNTRY: Meaning("Nothing is sent to this country", "The prices show which ones."),
    Status.PROMOTIONAL: Meaning(
        "The text sounds like a promotion",
        "Promotions are sent as a campaign. If the person has asked for it or bought it, send "
        "`confirm-service` 1.",
    ),
    Status.OPTED_OUT: Meaning(
        "This person wants no texts", "Do not try again. They can come back by texting START."
    ),
    Status.SUSPENDED: Meaning("The account is suspended", "Its owner finds the reason in it."),
    Status.BALANCE: Meaning("The balance is too small", "Nothing was sent to anybody. Top up."),
    Status.LIMIT: Meaning(
        "A limit of the account would be passed",
        "Nothing was sent to anybody. Its owner can raise it under Billing, Limits.",
    ),
    Status.TRIAL: Meaning(
        "The account is on trial",
        "It texts its guests and its own numbers only. A first top-up ends the trial.",
    ),
    Status.TRIAL_DAY: Meaning(
        "The texts of a day on trial are used up", "Wait until tomorrow, or top up."
    ),
    Status.SCOPE: Meaning("The key may not do this", "Make one that may."),
    Status.NOT_LET_IN: Meaning(
        "E-mail and API password do not fit",
        "The login is the e-mail of somebody who may send, the password an API key of the same "
        "account that works from here. After 5 wrong tries nothing is let in for 15 minutes.",
    ),
    Status.FAILED: Meaning("Something went wrong on our side", "Send it again in a moment."),
    Status.BUSY: Meaning("The service is busy", "Send it again in a moment."),
    Status.TOO_OFTEN: Meaning(
        "Too many requests", "Wait as many seconds as the header Retry-After says."
    ),
}
"""What each status says, in their order."""

OF_REFUSAL: Mapping[Refusal, Status] = {
    Refusal.NUMBER: Status.NUMBER,
    Refusal.EMPTY: Status.NO_TEXT,
    Refusal.TOO_LONG: Status.TOO_LONG,
    Refusal.PROMOTIONAL: Status.PROMOTIONAL,
    Refusal.ROUTE: Status.TYPE_HERE,
    Refusal.SENDER: Status.SENDER,
    Refusal.SENDER_HERE: Status.SENDER_HERE,
    Refusal.COUNTRY: Status.COUNTRY,
    Refusal.PAST: Status.DATE,
    Refusal.TOO_FAR: Status.DATE,
    Refusal.OPTED_OUT: Status.OPTED_OUT,
    Refusal.SUSPENDED: Status.SUSPENDED,
    Refusal.TRIAL_GUEST: Status.TRIAL,
    Refusal.TRIAL_DAY: Status.TRIAL_DAY,
    Refusal.BALANCE: Status.BALANCE,
    Refusal.MONTH_LIMIT: Status.LIMIT,
    Refusal.LIMIT: Status.LIMIT,
}
"""The status of each reason why a text is refused; programs here cannot cause the other reasons."""
