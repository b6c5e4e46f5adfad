"""Campaigns: a text, its audience, and the counters of its messages."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import MACHINERY, N_, OPERATOR, WITH_ACCOUNT, Export, Retention


class CampaignStatus(StrEnum):
    """draft -> scheduled -> preparing -> sending -> finished, plus blocked, paused, cancelled.

    With an A/B test it is COMPARING before it is prepared.
    """

    RUNNING: ClassVar["frozenset[CampaignStatus]"]
    """Workers are busy with it."""
    OPEN: ClassVar["frozenset[CampaignStatus]"]
    """Its price was agreed to, and it is not at its end."""
    UNFINISHED: ClassVar["frozenset[CampaignStatus]"]
    NOT_PREPARED: ClassVar["frozenset[CampaignStatus]"]
    """No text of it has left."""
    SENDABLE: ClassVar["frozenset[CampaignStatus]"]
    """Prepared, and not at its end."""
    FINAL: ClassVar["frozenset[CampaignStatus]"]
    STOPPED: ClassVar["frozenset[CampaignStatus]"]
    """Nothing more is sent at the moment."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    COMPARING = "comparing"
    """Two texts went to a part of its people; the others wait for the better one."""
    PREPARING = "preparing"
    BLOCKED = "blocked"
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    PROTOTYPE = "prototype"
    """It is not sent itself: campaigns of an automation are made of it."""


class CampaignKind(StrEnum):
    """PROMOTIONAL needs consent and a way out, and keeps quiet hours; SERVICE is about something
    that the person asked for or bought."""

    PROMOTIONAL = "promotional"
    SERVICE = "service"


class FollowUpKind(StrEnum):
    """Whom of another campaign a follow-up is for."""

    NOT_GOT = "not_got"
    NOT_ANSWERED = "not_answered"
    NOT_CLICKED = "not_clicked"


def is_promotional(kind: str) -> bool:
    """Do texts of this kind need a consent and a way out?"""
    return kind != CampaignKind.SERVICE


COUNTERS = (
    *("n_queued", "n_sending", "n_sent", "n_delivered", "n_undelivered", "n_expired"),
    *("n_failed", "n_unknown", "n_skipped", "n_cancelled"),
)
CampaignStatus.RUNNING = frozenset({CampaignStatus.PREPARING, CampaignStatus.SENDING})
CampaignStatus.SENDABLE = frozenset({CampaignStatus.SENDING, CampaignStatus.PAUSED})
CampaignStatus.OPEN = (
    CampaignStatus.RUNNING
    | CampaignStatus.SENDABLE
    | {CampaignStatus.SCHEDULED, CampaignStatus.COMPARING, CampaignStatus.BLOCKED}
)
CampaignStatus.UNFINISHED = CampaignStatus.OPEN | {CampaignStatus.DRAFT}
CampaignStatus.NOT_PREPARED = frozenset(
    {
        *(CampaignStatus.DRAFT, CampaignStatus.SCHEDULED),
        *(CampaignStatus.COMPARING, CampaignStatus.PREPARING),
    }
)
CampaignStatus.FINAL = frozenset({CampaignStatus.FINISHED, CampaignStatus.CANCELLED})
CampaignStatus.STOPPED = CampaignStatus.FINAL | {CampaignStatus.PAUSED}


def campaign_name(text: str) -> str:
    """What a campaign is called that was given no name: the beginning of its text."""
    return text.partition("\n")[0][:40].strip()


def follows_text(name: str, text: str) -> bool:
    """Is the name the beginning of the text, as of a campaign without a name, or of its copy?"""
    beginning = campaign_name(text)
    return bool(beginning) and (name == beginning or name.startswith(f"{beginning} ("))


def is_automatic(name: str, text: str) -> bool:
    """Was the name given by us? Nobody types a placeholder into the name of a copy."""
    return name == campaign_name(text) or ("{" in name and follows_text(name, text))


LATEST_HOURS = 12
"""How much later than planned a campaign may start without asking, unless the user says else."""
ACTIVITY_DUE = "activity_cursor IS NOT NULL"
FOLLOWS = "follow_up_of IS NOT NULL"
AUTOMATIC = "automation_id IS NOT NULL"
FOLLOW_UP_IN_TURN = f"{FOLLOWS} AND status IN ('scheduled', 'preparing', 'blocked')"


class Campaign(Model):
    """`cursor` is the last recipient prepared; `n_…` count its messages by status.

    `send_cursors` holds a send cursor for each gateway, by its id: `services/sending/cursors.py`.

    Money in 1/10,000: `agreed_price` is the price on the review page, `total_price` the price of
    all prepared messages, `missing` the amount that the balance lacks while it is blocked.
    `told_missing_at` is the time of the e-mail to the owner about that.

    `planned_time` is the time on the clock at which it is to start, in `planned_zone`:
    ``2026-12-24T10:00``; empty to start when it is sent. `send_at` is that moment while it is
    scheduled, and until it has started. More than `latest_hours` after it the campaign does not
    start by itself, but asks. `not_started` is why it could not start (`LaunchProblem`).

    `each_clock`: that time counts on the clock of each person, by the zones of their number; it
    starts in `first_zone`, where the clocks show it first, and the others wait. It is spread over
    `spread_hours`, or in batches: `batch_size` people, the next ones after `batch_minutes`; all of
    them 0: at once. At its opening this becomes the pace: within `pace_seconds` at most `pace_size`
    messages leave (0: no pace). `pace_log` says when the last ones did:
    `services/sending/pace.py`.

    `countries` are those of its messages if quiet hours bind it, else none; until `held_until`
    nothing is looked for in it, because no hours are open or nothing may be tried before.
    `wide_hours`: where quiet hours are only advice, its texts may leave on all days until night.

    `validity_hours` is for how long a text is tried, by us and then by the network; 0: as long as
    is usual there.

    `activity_cursor` is the last message that has been noted as the activity of its recipient; this
    begins when the campaign has ended. NULL: all have been.

    `counted_at` is when its texts were last counted by country, list and time, and `count_at` when
    they are counted again. NULL: nothing changes any more.

    `service_confirmed_by` is the public id of the user who has said that a service text is no
    promotion, although it sounds like one.

    `sender_id` is the approved name that it is sent under, NULL the sender of the route. It has no
    foreign key: a name that was ever approved stays as long as its account.

    `not_guests` are recipients for whom there is no message at all: the account was on trial.

    `stopped_why` is the reason (`services/campaigns/guard.py`) for which it was paused or blocked
    by itself; `guard_passed` are the reasons, separated by blanks, that somebody saw and went on.

    `repeat_of` is the campaign that this one sends again, to those whose text was not confirmed or
    failed in an outage; it has no foreign key, because all campaigns of an account are deleted
    together and ids are never reused.

    `follow_up_of` is the campaign of which this one texts some people, by `follow_up_kind`; as with
    `repeat_of` there is no foreign key. Of the same kind only one may wait for its messages, so
    that nobody gets two: what the others have texted is then in the table.

    `automation_id` is the automation that has made it for the day `occasion`, one for each day; it
    has no foreign key, because the report outlives the automation. After `ends_at` nothing more of
    it is sent.

    `api_key_id` is the API key of the program that has named its people itself.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("ix_campaigns_page", "account_id", "id"),
        Index("ix_campaigns_status", "status"),
        Index("uq_campaigns_repeat_of", "repeat_of", unique=True),  # one repeat of each
        Index(
            "ix_campaigns_follow_up_of",
            "follow_up_of",
            sqlite_where=text(FOLLOWS),
            postgresql_where=text(FOLLOWS),
        ),
        Index(
            "uq_campaigns_follow_up_in_turn",
            "follow_up_of",
            "follow_up_kind",
            unique=True,
            sqlite_where=text(FOLLOW_UP_IN_TURN),
            postgresql_where=text(FOLLOW_UP_IN_TURN),
        ),
        Index(
            "uq_campaigns_occasion",
            "automation_id",
            "occasion",
            unique=True,
            sqlite_where=text(AUTOMATIC),
            postgresql_where=text(AUTOMATIC),
        ),
        Index(
            "ix_campaigns_activity",
            "account_id",
            sqlite_where=text(ACTIVITY_DUE),
            postgresql_where=text(ACTIVITY_DUE),
        ),
        {"sqlite_autoincrement": True},  # ids are never reused
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "campaigns",
        N_("Your campaigns and how many of their messages ended how."),
        without={
            "route_id": OPERATOR,
            "cursor": MACHINERY,
            "send_cursors": MACHINERY,
            "countries": MACHINERY,
            "held_until": MACHINERY,
            "first_zone": MACHINERY,
            "pace_size": MACHINERY,
            "pace_seconds": MACHINERY,
            "pace_log": MACHINERY,
            "activity_cursor": MACHINERY,
            "count_at": MACHINERY,
            "counted_at": MACHINERY,
            "told_missing_at": MACHINERY,
            "guard_passed": MACHINERY,
        },
        words={
            "kind": N_("is it promotional, or about something that the person asked for or bought"),
            "opt_out_line": N_("is the line with which one opts out added"),
            "sender_id": N_("the name that it is sent under, see senders"),
            "plain_details": N_("do names lose the accents that make a text dearer"),
            "short_links": N_("are its addresses shortened, and who opens them counted"),
            "service_confirmed_by": N_(
                "who has confirmed that it is no promotion although it has words of one, see users"
            ),
            "service_confirmed_at": N_("when that was confirmed"),
            "repeat_of": N_("the campaign that it sends again, see campaigns"),
            "follow_up_of": N_("the campaign of which it texts some people, see campaigns"),
            "follow_up_kind": N_("those who did not get that campaign, or did not answer"),
            "automation_id": N_("the automation that has made it, see automations"),
            "occasion": N_("for which day it was made"),
            "api_key_id": N_("the API key of the program that has sent it, see api-keys"),
            "ends_at": N_("when what is not sent yet is cancelled"),
            "everyone": N_("is it addressed to all recipients"),
            "audience": N_("how many recipients it was addressed to"),
            "agreed_price": N_("the price that was agreed to"),
            "total_price": N_("the price of all prepared messages"),
            "missing": N_("what was missing on the balance"),
            "stopped_why": N_("why it was stopped by itself, if it was"),
            "n_parts": N_("how many texts all messages count as"),
            "launched_at": N_("when it was launched"),
            "planned_time": N_("the time on the clock at which it was to start"),
            "planned_zone": N_("the time zone of that clock"),
            "each_clock": N_("does that time count on the clock of each person"),
            "spread_hours": N_("over how many hours it is spread"),
            "batch_size": N_("how many people get it together, if it leaves in batches"),
            "batch_minutes": N_("how many minutes later the next batch leaves"),
            "latest_hours": N_("how many hours later it may start without asking"),
            "wide_hours": N_("may it leave on all days until night where hours are only advice"),
            "validity_hours": N_("for how many hours a text is tried; 0 is as usual"),
            "send_at": N_("when it was to start"),
            "not_started": N_("why it could not start"),
            **dict.fromkeys(COUNTERS, N_("messages with this status now")),
            "not_guests": N_("recipients left out because the account was on trial"),
        },
        money=("agreed_price", "total_price", "missing"),
        referred=("campaign_id", "repeat_of", "follow_up_of", "prototype_id", "a_id", "b_id"),
    )
    retention = WITH_ACCOUNT
    processing = (
        Processing(
            CAMPAIGNS,
            N_(
                "Name, lists, settings and counts of a campaign, and who has confirmed that it is "
                "about something people asked for"
            ),
        ),
        Processing(
            CAMPAIGNS,
            N_("The text of a campaign"),
            kept=Retention(
                "it ended, and the last news of its messages",
                by="campaign texts",
                setting="Account.retention_days",
                what=N_("Texts of campaigns"),
            ),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    route_id: Mapped[int] = mapped_column(ForeignKey("routes.id"))
    sender_id: Mapped[int | None] = mapped_column(BigId)
    repeat_of: Mapped[int | None] = mapped_column(BigId)
    follow_up_of: Mapped[int | None] = mapped_column(BigId)
    follow_up_kind: Mapped[str] = mapped_column(String(12), default="", server_default="")
    automation_id: Mapped[int | None] = mapped_column(BigId)
    occasion: Mapped[date | None] = mapped_column(Date)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    api_key_id: Mapped[int | None] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(String(100), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(
        String(11), default=CampaignKind.PROMOTIONAL, server_default="promotional"
    )
    opt_out_line: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="en")
    plain_details: Mapped[bool] = mapped_column(default=False, server_default=false())
    short_links: Mapped[bool] = mapped_column(default=False, server_default=false())
    service_confirmed_by: Mapped[str] = mapped_column(String(20), default="", server_default="")
    service_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    everyone: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(10), default=CampaignStatus.DRAFT)
    planned_time: Mapped[str] = mapped_column(String(16), default="", server_default="")
    planned_zone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    latest_hours: Mapped[int] = mapped_column(
        SmallInteger, default=LATEST_HOURS, server_default=str(LATEST_HOURS)
    )
    each_clock: Mapped[bool] = mapped_column(default=False, server_default=false())
    first_zone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    spread_hours: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    batch_size: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    batch_minutes: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    wide_hours: Mapped[bool] = mapped_column(default=False, server_default=false())
    validity_hours: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_started: Mapped[str] = mapped_column(String(24), default="", server_default="")
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    send_cursors: Mapped[dict[str, list[int]]] = mapped_column(JSON, default=dict)
    countries: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    count_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pace_size: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    pace_seconds: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    pace_log: Mapped[list[list[float]]] = mapped_column(JSON, default=list, server_default="[]")
    activity_cursor: Mapped[int | None] = mapped_column(BigInteger, default=0)
    audience: Mapped[int] = mapped_column(Integer, default=0)
    agreed_price: Mapped[int] = mapped_column(BigInteger, default=0)
    total_price: Mapped[int] = mapped_column(BigInteger, default=0)
    missing: Mapped[int] = mapped_column(BigInteger, default=0)
    n_queued: Mapped[int] = mapped_column(Integer, default=0)
    n_sending: Mapped[int] = mapped_column(Integer, default=0)
    n_sent: Mapped[int] = mapped_column(Integer, default=0)
    n_delivered: Mapped[int] = mapped_column(Integer, default=0)
    n_undelivered: Mapped[int] = mapped_column(Integer, default=0)
    n_expired: Mapped[int] = mapped_column(Integer, default=0)
    n_failed: Mapped[int] = mapped_column(Integer, default=0)
    n_unknown: Mapped[int] = mapped_column(Integer, default=0)
    n_skipped: Mapped[int] = mapped_column(Integer, default=0)
    n_cancelled: Mapped[int] = mapped_column(Integer, default=0)
    not_guests: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    n_parts: Mapped[int] = mapped_column(Integer, default=0)
    stopped_why: Mapped[str] = mapped_column(String(10), default="", server_default="")
    guard_passed: Mapped[str] = mapped_column(String(40), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    launched_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    told_missing_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
