"""Batches of the API: one text with placeholders for many people."""

from typing import Annotated

from pydantic import Field

from promosms.forms.api.messages import Encoding, Reference
from promosms.forms.api.shared import WHOLE, Asked, Given, Money, Planned, Words
from promosms.models import CampaignStatus, MessageStatus

MOST = 10_000
Value = Annotated[Words, Field(max_length=500)]


class NewPerson(Asked):
    """One person of a batch."""

    to: Annotated[
        str,
        Field(
            min_length=1,
            max_length=40,
            description="The mobile number, with a plus sign and its country code.",
            examples=["+48600100200"],
        ),
    ]
    reference: Reference = ""
    values: Annotated[
        dict[Annotated[str, Field(max_length=60)], Value],
        Field(
            description="What stands in the text in place of each placeholder.",
            examples=[{"first_name": "Anna"}],
        ),
    ] = {}


class NewBatch(Asked):
    """A service text for many people. It is accepted as a whole, or not at all."""

    text: Annotated[
        Words,
        Field(
            min_length=1,
            max_length=4_000,
            description="What people read. {name} stands for a value of each person, {name|there} "
            "for one that may be missing, and {{ for a brace.",
            examples=["{first_name|Hello}, your parcel is here."],
        ),
    ]
    messages: Annotated[
        list[NewPerson],
        Field(min_length=1, max_length=MOST, description="The people, each number once."),
    ]
    name: Annotated[
        Words,
        Field(
            max_length=100,
            description="What the batch is called among the campaigns of the account. Without it "
            "by the beginning of its text.",
        ),
    ] = ""
    sender: Annotated[
        str, Field(max_length=16, description="An approved sender name, letter by letter.")
    ] = ""
    route: Annotated[str, Field(max_length=20, description="The code of a route, see /routes.")] = (
        ""
    )
    send_at: Annotated[
        Planned | None,
        Field(description="When it is to begin, with an offset. Without it at once."),
    ] = None
    valid_hours: Annotated[
        Annotated[int, Field(strict=False, ge=1, le=72), WHOLE] | None,
        Field(description="For so many hours each text is tried, from its first try."),
    ] = None
    max_price: Annotated[
        Money | None, Field(description="If all together cost more, nothing is sent.")
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


class BatchMessage(Given):
    """A text of a batch."""

    id: Annotated[str | None, Field(description="Null in a dry run.")]
    to: str
    reference: str
    status: Annotated[
        MessageStatus, Field(description="queued, or skipped: then nothing is sent or paid.")
    ]
    reason: Annotated[str, Field(description="Why it is skipped: opted_out, held, trial.")]
    text: Annotated[str, Field(description="As it is sent; empty if it is skipped.")]
    sender: str
    country: str
    parts: int
    encoding: Encoding
    price: Money


class BatchOut(Given):
    """A batch that was accepted, or would be, with its texts in the order of the request."""

    campaign: Annotated[
        str | None,
        Field(description="The campaign that it has become; null in a dry run and the sandbox."),
    ]
    status: Annotated[CampaignStatus | None, Field(description="How far the campaign is.")]
    queued: Annotated[int, Field(description="How many get a text.")]
    skipped: Annotated[int, Field(description="How many get none.")]
    parts: int
    price: Annotated[Money, Field(description="Of all texts; it is set aside.")]
    currency: str
    sandbox: bool
    messages: list[BatchMessage]
