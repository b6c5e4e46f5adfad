"""The statement of the API: what has changed the balance."""

from typing import Annotated

from pydantic import Field

from promosms.forms.api.campaigns import Id, PageQuery
from promosms.forms.api.messages import MOST
from promosms.forms.api.shared import Given, Moment
from promosms.lib.json_patterns import CHANGE
from promosms.models import EntryKind

Change = Annotated[
    str,
    Field(
        pattern=CHANGE,
        examples=["-0.0750"],
        description="A decimal string, net, in the currency of the installation.",
    ),
]


class StatementRowOut(Given):
    """A change of the balance. All of a campaign is one row, at the time of its launch."""

    at: Moment
    kind: Annotated[
        EntryKind,
        Field(
            description="credit (a top-up or a gift), hold (texts), release (a text that was not "
            "sent), charge, adjustment (by the operator), refund, dispute (of a payment)."
        ),
    ]
    amount: Annotated[Change, Field(description="How the balance has changed.")]
    balance: Annotated[Change, Field(description="After this row and all older ones.")]
    campaign: Annotated[Id | None, Field(description="The campaign that it was for, if any.")]
    campaign_name: Annotated[str, Field(description="Its name, or empty.")]
    note: Annotated[str, Field(description="Why, if the operator has said it.")]


class StatementPage(Given):
    """Some rows of the statement, the newest first."""

    rows: list[StatementRowOut]
    currency: str
    next_cursor: str | None


class StatementQuery(PageQuery):
    """Which rows."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = 50
