"""Campaigns of the API: when one is launched, how it leaves, and to which time it is moved."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from promosms.forms.api.shared import WHOLE, Asked, Money, Planned
from promosms.forms.campaigns.departure import MOST_PEOPLE
from promosms.lib.json_patterns import LOCAL_TIME
from promosms.services.campaigns.departure import MOST_HOURS, MOST_MINUTES
from promosms.services.campaigns.schedule import LATEST


def _offered(hours: int) -> int:
    if hours not in LATEST:
        raise ValueError(f"These are possible: {', '.join(map(str, LATEST))}")
    return hours


Latest = Annotated[
    int,
    Field(strict=False),
    AfterValidator(_offered),
    WHOLE,
    WithJsonSchema({"type": "integer", "enum": [*LATEST]}),
]
LocalTime = Annotated[str, Field(pattern=LOCAL_TIME, examples=["2026-12-24T10:00"])]
Hours = Annotated[int, Field(strict=False, ge=1, le=MOST_HOURS), WHOLE]
People = Annotated[int, Field(strict=False, ge=1, le=MOST_PEOPLE), WHOLE]
Minutes = Annotated[int, Field(strict=False, ge=1, le=MOST_MINUTES), WHOLE]


class Launch(Asked):
    """The agreement to send a draft at a price: at once, or at a time."""

    agreed_price: Annotated[
        Money,
        Field(description="What it may cost, from the estimate. It is not sent if it costs more."),
    ]
    confirm_service: Annotated[
        bool,
        Field(
            description="Say that a service text is no promotion, although words in it sound like "
            "one."
        ),
    ] = False
    send_at: Annotated[
        Planned | None,
        Field(
            description="When it is to start, with an offset; seconds are rounded up to the next "
            "minute. Without any time it starts at the time that the draft was given on its page, "
            "or else at once."
        ),
    ] = None
    local_time: Annotated[
        LocalTime | None,
        Field(
            description="The same as a time on the clocks of the account, without an offset. If "
            "these clocks show it twice, it means the first one."
        ),
    ] = None
    each_clock: Annotated[
        bool,
        Field(
            description="Let local_time count on the clock of each person, by the zones of their "
            "number."
        ),
    ] = False
    latest_hours: Annotated[
        Latest | None,
        Field(
            description="So many hours later than planned it may start, if the service stood "
            "still. After that it asks its owner. Without it 12."
        ),
    ] = None
    spread_hours: Annotated[
        Hours | None, Field(description="Spread it evenly over so many hours.")
    ] = None
    batch_people: Annotated[
        People | None,
        Field(description="Let it leave in batches of so many people, instead of over hours."),
    ] = None
    batch_minutes: Annotated[
        Minutes | None, Field(description="So many minutes later the next batch leaves.")
    ] = None


class NewTime(Asked):
    """The time to which a planned campaign is moved: one of both."""

    send_at: Annotated[
        Planned | None, Field(description="When it is to start, with an offset.")
    ] = None
    local_time: Annotated[
        LocalTime | None,
        Field(
            description="The same as a time on the clocks of the account; or on the clock of each "
            "person, if it leaves by that."
        ),
    ] = None
