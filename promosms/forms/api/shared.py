"""What all models of the API share: unknown members are refused, and values are not guessed."""

from datetime import datetime
from typing import Annotated

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from promosms.lib import json_values
from promosms.lib.json_patterns import AMOUNT, NO_CONTROL
from promosms.lib.json_values import UNIT
from promosms.settings import settings

written = json_values.amount
"""An amount of 1/10,000 as the API writes it."""


class Asked(BaseModel):
    """The body of a request."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Parameters(BaseModel):
    """The parameters of an address: strings, which are read as what they shall be."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


def _number(value: object) -> object:
    """JSON knows one kind of numbers, so 5.0 is 5; a string and true are none."""
    if isinstance(value, str | bool):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


Words = Annotated[str, Field(pattern=NO_CONTROL)]
"""A text without control characters, which no database takes and no phone shows."""
WHOLE = BeforeValidator(_number)
"""Of a whole number in a request, with `Field(strict=False)`; the last one, behind the limits."""
Moment = Annotated[
    datetime,
    PlainSerializer(json_values.moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A time in an answer: UTC, RFC 3339 with milliseconds."""
Planned = AwareDatetime
"""A time in a request: RFC 3339 with its offset."""
Money = Annotated[
    str,
    Field(
        pattern=AMOUNT,
        examples=["0.0750"],
        description="An amount as a decimal string, net, in the currency of the installation.",
    ),
]


def read(amount: str) -> int:
    """An amount of the API in 1/10,000."""
    whole, _, rest = amount.partition(".")
    return int(whole) * UNIT + int(rest.ljust(4, "0"))


def currency() -> str:
    """The currency of all amounts (ISO 4217)."""
    return settings.currency
