"""Recipients of the API: what programs say of people, and what is known of them.

Their fields are made from the columns of a recipient, so a new one appears here by itself.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, create_model

from promosms.forms.api.campaigns import Id
from promosms.forms.api.messages import MOST
from promosms.forms.api.shared import Asked, Given, Moment, Parameters, Words
from promosms.lib.json_patterns import BIRTHDAY, EMAIL, NO_CONTROL
from promosms.models import FIELD_NAMES, FIELDS, FieldType, ImportMode, Input
from promosms.models import Field as Column

MOST_LISTS = 100
NAMES = FIELD_NAMES[1:]
"""All fields but the number."""
OWN = "A field that the account has named itself."


def _about(column: Column) -> str:
    words = OWN if column.free else column.words
    return f"{words[0].upper()}{words[1:].removesuffix('.')}."


def _pattern(column: Column) -> str:
    if column.type == FieldType.BIRTHDAY:
        return BIRTHDAY
    return EMAIL if column.input == Input.EMAIL else NO_CONTROL


def _asked(column: Column) -> Any:
    limits = Field(max_length=column.longest, pattern=_pattern(column), description=_about(column))
    return Annotated[str, limits], ""


def _given(column: Column) -> Any:
    return Annotated[str, Field(description=_about(column))], ...


class NewConsent(Asked):
    """What a person has said about promotions."""

    given: Annotated[
        bool,
        Field(
            description="Have they agreed? If not, they withdraw what they agreed to, and get no "
            "promotion that waits."
        ),
    ]
    source: Annotated[
        Words,
        Field(
            max_length=300,
            description="Where or how they agreed, if they did: you may be asked to prove it.",
            examples=["Newsletter form of the shop"],
        ),
    ] = ""
    agreed_on: Annotated[date | None, Field(description="The day on which they agreed.")] = None


_PHONE: Any = (
    Annotated[
        str,
        Field(
            min_length=1,
            max_length=40,
            description="The mobile number, with a plus sign and its country code.",
            examples=["+48600100200"],
        ),
    ],
    ...,
)
_asked_of = {"phone": _PHONE, **{column.name: _asked(column) for column in FIELDS[1:]}}
_Asked: Any = create_model("_Asked", __base__=Asked, **_asked_of)


class NewRecipient(_Asked):
    """A person whom the account texts. Fields that are not sent stay as they are."""

    lists: Annotated[
        list[Id],
        Field(
            max_length=MOST_LISTS,
            description="They are put on these lists, and stay on all others. See /lists.",
        ),
    ] = []
    existing: Annotated[
        ImportMode,
        Field(
            strict=False,
            description="What becomes of the fields of somebody who is here already: leave keeps "
            "them, complete fills those that are empty, overwrite replaces those that are sent. "
            "Lists and consent are noted in any case.",
        ),
    ] = ImportMode.COMPLETE
    consent: Annotated[
        NewConsent | None,
        Field(
            description="Leave it out if there is nothing new. Who has opted out stays opted out, "
            "and who has withdrawn on the day of the consent or later stays without."
        ),
    ] = None


class ListName(Given):
    """A list that a person is on."""

    id: Id
    name: str


class ConsentOut(Given):
    """What is known of the consent to promotions."""

    given: Annotated[bool, Field(description="Have they agreed?")]
    source: Annotated[str, Field(description="Where or how they agreed.")]
    agreed_on: Annotated[date | None, Field(description="The day on which they agreed.")]


_COUNTRY: Any = Annotated[str, Field(description="Of the number, by ISO 3166.")], ...
_given_of = {
    "id": (Id, ...),
    "phone": (str, ...),
    "country": _COUNTRY,
    **{column.name: _given(column) for column in FIELDS[1:]},
}
_Given: Any = create_model("_Given", __base__=Given, **_given_of)


class RecipientOut(_Given):
    """A person whom the account texts."""

    lists: Annotated[list[ListName], Field(description="By name.")]
    consent: ConsentOut
    opted_out: Annotated[
        bool,
        Field(
            description="Do they get no texts? They have opted out, or a reply that may be an "
            "opt-out waits to be read. It counts more than any consent."
        ),
    ]
    created_at: Moment
    updated_at: Moment


class RecipientPage(Given):
    """Some recipients, the newest first."""

    recipients: list[RecipientOut]
    next_cursor: str | None


class RecipientQuery(Parameters):
    """Which recipients."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = 50
    cursor: Annotated[str, Field(max_length=40, description="next_cursor of the page before.")] = ""
    phone: Annotated[str, Field(max_length=40, description="Only that with this number.")] = ""
    on_list: Annotated[
        str,
        Field(
            alias="list",
            pattern="^([0-9a-f]{20})?$",
            description="Only those on the list with this id.",
        ),
    ] = ""


class DeletedRecipient(Given):
    """A person who is here no more."""

    id: Id
    deleted: bool
