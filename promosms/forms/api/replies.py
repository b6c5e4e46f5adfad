"""Replies of the API: what people have answered."""

from typing import Annotated

from pydantic import Field

from promosms.forms.api.campaigns import Id
from promosms.forms.api.messages import MOST
from promosms.forms.api.shared import Given, Moment, Parameters
from promosms.models import InboundKind


class ReplyOut(Given):
    """A text from a person."""

    id: Id
    from_number: Annotated[str, Field(description="Who wrote, as far as the network says it.")]
    to_number: Annotated[str, Field(description="The number that they wrote to.")]
    text: str
    kind: Annotated[
        InboundKind,
        Field(
            description="reply; or stop, start and help, which were obeyed or answered already; "
            "or hold: it may be an opt-out, and somebody has to decide."
        ),
    ]
    received_at: Moment
    read: Annotated[bool, Field(description="Has somebody of the account opened it?")]


class ReplyPage(Given):
    """Some replies, the newest first."""

    replies: list[ReplyOut]
    next_cursor: str | None


class ReplyQuery(Parameters):
    """Which replies."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = 50
    cursor: Annotated[str, Field(max_length=40, description="next_cursor of the page before.")] = ""
    from_number: Annotated[
        str, Field(max_length=40, description="Only those from this number.")
    ] = ""
