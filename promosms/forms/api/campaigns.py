"""Campaigns of the API: what is sent to stored recipients, and how it went."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from promosms.forms.api.messages import MOST, MessageOut
from promosms.forms.api.shared import Asked, Given, Moment, Money, Parameters, Words
from promosms.forms.campaigns.composer import LANGUAGES
from promosms.models import CampaignKind, CampaignStatus, MessageStatus


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"There is a line in these languages: {', '.join(LANGUAGES)}")
    return language


Language = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": [*LANGUAGES]}),
]
Id = Annotated[str, Field(pattern="^[0-9a-f]{20}$", examples=["0f1e2d3c4b5a69788796"])]


class NewCampaign(Asked):
    """A draft: a text for people of the account. Nothing is sent before it is launched."""

    text: Annotated[
        Words,
        Field(
            min_length=1,
            max_length=4_000,
            description="What people read. {first_name} is a field of each recipient, and "
            "{first_name|there} says what stands there for those without one.",
        ),
    ]
    kind: Annotated[
        CampaignKind,
        Field(
            strict=False,
            description="promotional needs consent and a way out, and keeps quiet hours; service "
            "is about something that the people asked for or bought.",
        ),
    ] = CampaignKind.PROMOTIONAL
    name: Annotated[Words, Field(max_length=100)] = ""
    everyone: Annotated[bool, Field(description="To all recipients.")] = False
    lists: Annotated[
        list[Id], Field(max_length=100, description="To those on these lists, see /lists.")
    ] = []
    segments: Annotated[
        list[Id], Field(max_length=100, description="To those in these segments, see /segments.")
    ] = []
    without_lists: Annotated[list[Id], Field(max_length=100)] = []
    without_segments: Annotated[list[Id], Field(max_length=100)] = []
    sender: Annotated[
        str, Field(max_length=16, description="An approved sender name, letter by letter.")
    ] = ""
    route: Annotated[str, Field(max_length=20, description="The code of a route, see /routes.")] = (
        ""
    )
    language: Annotated[
        Language, Field(description="The language of the line that says how to stop.")
    ] = "en"
    opt_out_line: Annotated[bool, Field(description="Add that line to a promotional text.")] = True
    plain: Annotated[
        bool, Field(description="Write details without accents, where that makes it cheaper.")
    ] = False
    short_links: Annotated[
        bool, Field(description="Shorten the addresses in it, and count who opens them.")
    ] = False


class CampaignOut(Given):
    """A campaign and its figures. A text that was sent counts under what is known last of it."""

    id: Id
    name: str
    text: str
    kind: CampaignKind
    status: Annotated[
        CampaignStatus,
        Field(
            description="draft, scheduled, preparing, sending, finished; or paused, cancelled, "
            "blocked (money is missing, or somebody has to decide), comparing (two texts are)."
        ),
    ]
    by_api: Annotated[bool, Field(description="Was it sent as a batch of the API?")]
    audience: Annotated[int, Field(description="How many people it is for, as far as known.")]
    queued: int
    sending: int
    sent: int
    delivered: int
    undelivered: int
    expired: int
    failed: int
    unknown: int
    skipped: int
    cancelled: int
    parts: int
    agreed_price: Money
    price: Annotated[Money, Field(description="Of all its texts.")]
    missing: Annotated[Money, Field(description="What the balance lacks, if it is blocked.")]
    currency: str
    created_at: Moment
    send_at: Annotated[
        Moment | None, Field(description="When it is planned to start, until it has started.")
    ]
    local_time: Annotated[
        str, Field(description="The time on the clock that it is planned for, or empty.")
    ]
    time_zone: Annotated[str, Field(description="The zone of that clock, or empty.")]
    each_clock: Annotated[
        bool, Field(description="Does that time count on the clock of each person?")
    ]
    latest_hours: Annotated[
        int, Field(description="How much later it may start without asking its owner.")
    ]
    spread_hours: Annotated[
        int, Field(description="Over how many hours it is spread; 0 if it is not.")
    ]
    batch_people: Annotated[
        int, Field(description="How many get it together; 0 if it leaves not in batches.")
    ]
    batch_minutes: Annotated[
        int, Field(description="How many minutes later the next batch leaves.")
    ]
    not_started: Annotated[
        str, Field(description="Why it could not start at its time, as a code, or empty.")
    ]
    launched_at: Moment | None
    finished_at: Moment | None


class CampaignPage(Given):
    """Some campaigns, the newest first."""

    campaigns: list[CampaignOut]
    next_cursor: str | None


class PageQuery(Parameters):
    """Which part of a list."""

    cursor: Annotated[str, Field(max_length=40, description="next_cursor of the page before.")] = ""


class CampaignMessages(Given):
    """Some texts of a campaign, in the order of sending."""

    messages: list[MessageOut]
    next_cursor: str | None


class CampaignMessageQuery(Parameters):
    """Which texts of a campaign."""

    status: Annotated[MessageStatus | None, Field(description="Only those with this status.")] = (
        None
    )
    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = 50
    cursor: Annotated[str, Field(max_length=40, description="next_cursor of the page before.")] = ""


class CountryEstimate(Given):
    """What a country costs at one price of a part."""

    country: str
    people: int
    parts: int
    part_price: Money
    price: Money


class Estimate(Given):
    """What a draft would cost now."""

    people: Annotated[int, Field(description="How many would get a text.")]
    parts: int
    price: Annotated[Money, Field(description="Send it as agreed_price to launch the campaign.")]
    currency: str
    skipped: Annotated[dict[str, int], Field(description="How many would get none, by the reason.")]
    by_country: list[CountryEstimate]
    problem: Annotated[str, Field(description="Why it cannot be launched as it is, or empty.")]
