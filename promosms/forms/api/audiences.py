"""Lists, segments and opt-outs of the API."""

from typing import Annotated

from pydantic import Field

from promosms.forms.api.campaigns import Id, PageQuery
from promosms.forms.api.shared import Asked, Given, Moment
from promosms.models import SuppressionSource


class ListOut(Given):
    """A list of recipients."""

    id: Id
    name: Annotated[str, Field(examples=["Regulars"])]
    size: Annotated[int, Field(description="How many recipients are on it.")]


class ListsOut(Given):
    """All lists, by name."""

    lists: list[ListOut]


class SegmentOut(Given):
    """A saved filter of recipients."""

    id: Id
    name: str
    size: Annotated[int, Field(description="How many recipients meet it.")]
    about: Annotated[bool, Field(description="Is the size estimated?")]


class SegmentsOut(Given):
    """All segments, by name."""

    segments: list[SegmentOut]


class NewOptOut(Asked):
    """A person who wants no more texts."""

    to: Annotated[
        str,
        Field(
            min_length=1,
            max_length=40,
            description="The mobile number, with a plus sign and its country code.",
            examples=["+48600100200"],
        ),
    ]


class OptOut(Given):
    """A number that gets no texts of the account."""

    to: str
    source: Annotated[
        SuppressionSource,
        Field(description="How it came: a word such as STOP, a link, by hand, an import …"),
    ]
    since: Moment


class OptOutPage(Given):
    """Some opt-outs, the newest first."""

    opt_outs: list[OptOut]
    next_cursor: str | None


class OptOutQuery(PageQuery):
    """Which opt-outs."""

    to: Annotated[str, Field(max_length=40, description="Only that of this number.")] = ""
