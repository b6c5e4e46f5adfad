"""Messages of the API: what is sent, and what is said of them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from promosms.forms.api.shared import (
    WHOLE,
    Asked,
    Given,
    Moment,
    Money,
    Parameters,
    Planned,
    Words,
)
from promosms.models import MessageStatus

MOST = 100
MOST_MINUTES = 3 * 24 * 60
Reference = Annotated[
    Words,
    Field(
        max_length=100,
        description="Your own name for the text, such as the number of an order. It is given back "
        "with the message, and the list can be searched by it.",
        examples=["order-4711"],
    ),
]


class Encoding(StrEnum):
    """How the letters of a text are written: decides how many fit into a part."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


class NewMessage(Asked):
    """A text to one person about something that they asked for or bought."""

    to: Annotated[
        str,
        Field(
            min_length=1,
            max_length=40,
            description="The mobile number, with a plus sign and its country code. Spaces, hyphens "
            "and parentheses in it are ignored.",
            examples=["+48600100200"],
        ),
    ]
    text: Annotated[
        Words,
        Field(
            min_length=1,
            max_length=4_000,
            description="What the person reads. At most 6 parts.",
            examples=["Your parcel is at our counter until 18:00."],
        ),
    ]
    sender: Annotated[
        str,
        Field(
            max_length=16,
            description="An approved sender name of the account, letter by letter. Without it "
            "people see the sender of the route.",
        ),
    ] = ""
    route: Annotated[
        str,
        Field(
            max_length=20,
            description="The code of a route, see /routes. Without it the usual one.",
        ),
    ] = ""
    reference: Reference = ""
    send_at: Annotated[
        Planned | None,
        Field(description="When it is to leave, with an offset. Without it at once."),
    ] = None
    valid_minutes: Annotated[
        Annotated[int, Field(strict=False, ge=1, le=MOST_MINUTES), WHOLE] | None,
        Field(
            description="For so long it is tried, and not sent any more afterwards. Counted from "
            "send_at, or from now.",
        ),
    ] = None
    max_price: Annotated[
        Money | None, Field(description="If the text costs more, it is not sent.")
    ] = None
    plain: Annotated[
        bool,
        Field(description="Write letters with accents without them, where that makes it cheaper."),
    ] = False
    confirm_service: Annotated[
        bool,
        Field(
            description="Say that the text is no promotion, although words in it sound like one."
        ),
    ] = False
    dry_run: Annotated[
        bool,
        Field(description="Answer what would be sent and what it would cost, and send nothing."),
    ] = False


class MessageOut(Given):
    """A text, and what has become of it."""

    id: Annotated[str, Field(examples=["msg_0aZ3kP91x"])]
    to: str
    text: Annotated[str, Field(description="As it was sent, without invisible characters.")]
    sender: Annotated[str, Field(description="What people see on top of it.")]
    country: Annotated[str, Field(description="The country of the number, by ISO 3166.")]
    reference: str
    status: Annotated[
        MessageStatus,
        Field(
            description="queued, sending, sent, then delivered, undelivered or expired. Or failed "
            "(the network refused it), skipped (they opted out meanwhile, or it was too late), "
            "cancelled, unknown (nobody knows whether it was sent)."
        ),
    ]
    reason: Annotated[str, Field(description="Why it did not arrive, as a code, or empty.")]
    parts: Annotated[int, Field(description="As how many texts it counts.")]
    encoding: Encoding
    price: Annotated[Money, Field(description="Of all parts. It is given back if it cannot leave.")]
    currency: str
    sandbox: Annotated[bool, Field(description="Was it tried out only? Then nobody gets it.")]
    created_at: Moment
    send_at: Annotated[Moment | None, Field(description="When it is planned to leave.")]
    valid_until: Moment | None
    sent_at: Moment | None
    final_at: Annotated[Moment | None, Field(description="When its result was known.")]


class CostlyCharacter(Given):
    """A character that makes a text dearer, and what could be written instead."""

    character: str
    plain: str | None


class MessagePreview(Given):
    """What would be sent, and what it would cost. Nothing was sent."""

    to: str
    text: str
    sender: str
    country: str
    parts: int
    encoding: Encoding
    units: Annotated[int, Field(description="Its length: septets (gsm7) or UTF-16 units (ucs2).")]
    costly_characters: list[CostlyCharacter]
    price: Money
    currency: str


class MessagePage(Given):
    """Some messages, the newest first."""

    messages: list[MessageOut]
    next_cursor: Annotated[
        str | None, Field(description="Send it as `cursor` to get the next page; null at the end.")
    ]


class MessageQuery(Parameters):
    """Which messages."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = 50
    cursor: Annotated[str, Field(max_length=40, description="next_cursor of the page before.")] = ""
    reference: Annotated[str, Field(max_length=100, description="Only those with it.")] = ""
    to: Annotated[str, Field(max_length=40, description="Only those to this number.")] = ""
