"""Automations: texts that go by themselves when their day comes."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import MACHINERY, N_, UNTIL_DELETED, Export

SWITCHED_ON = "status = 'on'"
LAST_DAY = 31
"""As the day of a month: the last one, whatever its number."""


class Trigger(StrEnum):
    """What makes a text go."""

    BIRTHDAY = "birthday"
    JOINED = "joined"
    NO_TEXT = "no_text"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class AutomationStatus(StrEnum):
    """OFF: not reviewed since it was written or changed. PAUSED: by a person, or by itself."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"


class RunOutcome(StrEnum):
    """What became of a day on which somebody was to be texted."""

    TEXTED = "texted"
    MISSED = "missed"


class Automation(Model):
    """Text, sender and audience are those of a campaign with the status PROTOTYPE (`prototype_id`).

    `days` are counted before a birthday, after joining a list, or since the last text; `weekdays`
    are digits, 0 for Monday; `month_day` is 1 to 31, and the last day where a month is shorter.
    `clock` is the time of day (``10:00``) in the time zone of the account.

    `chosen` is the number of lists and segments that were chosen: with fewer, one was deleted.
    Money in 1/10,000: `agreed_price` is the highest price of a text that was agreed to, and
    `month_limit` what it may cost in a calendar month.

    `next_at` is when it is looked at next, once a day; NULL while it is not on. `stopped_why` is
    why it has paused itself; empty if a person has.
    """

    __tablename__ = "automations"
    __table_args__ = (
        Index("ix_automations_account_id", "account_id"),
        Index(
            "ix_automations_due",
            "next_at",
            sqlite_where=text(SWITCHED_ON),
            postgresql_where=text(SWITCHED_ON),
        ),
        {"sqlite_autoincrement": True},  # campaigns name them for ever
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "automations",
        N_("Texts that go by themselves: when, and in which state they are."),
        without={"next_at": MACHINERY, "chosen": MACHINERY},
        words={
            "prototype_id": N_("the campaign with its text and its audience, see campaigns"),
            "trigger": N_("what makes a text go"),
            "days": N_("how many days before or after that"),
            "weekdays": N_("on which days of the week, 0 is Monday"),
            "month_day": N_("on which day of the month, 31 is the last one"),
            "clock": N_("at what time, in the time zone of the account"),
            "stopped_why": N_("why it was stopped by itself, if it was"),
            "agreed_price": N_("the highest price of a text that was agreed to"),
            "month_limit": N_("what it may cost in a month"),
            "switched_on_at": N_("when it was switched on"),
        },
        money=("agreed_price", "month_limit"),
        referred=("automation_id",),
    )
    retention = UNTIL_DELETED
    processing = Processing(CAMPAIGNS, N_("When texts go by themselves, and to whom"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    prototype_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), unique=True)
    trigger: Mapped[str] = mapped_column(String(8))
    days: Mapped[int] = mapped_column(SmallInteger, default=0)
    weekdays: Mapped[str] = mapped_column(String(7), default="")
    month_day: Mapped[int] = mapped_column(SmallInteger, default=1)
    clock: Mapped[str] = mapped_column(String(5), default="10:00")
    chosen: Mapped[int] = mapped_column(Integer, default=0)
    status: Mapped[str] = mapped_column(String(6), default=AutomationStatus.OFF)
    stopped_why: Mapped[str] = mapped_column(String(24), default="")
    agreed_price: Mapped[int] = mapped_column(BigInteger, default=0)
    month_limit: Mapped[int | None] = mapped_column(BigInteger)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    switched_on_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AutomationRun(Model):
    """A day of an automation on which somebody was to be texted: at most one campaign of it.

    `people` is how many were meant. `campaign_id` has no foreign key: ids are never reused.
    """

    __tablename__ = "automation_runs"
    privacy = Privacy.COLLECTED
    export = Export(
        "automation-runs",
        N_("The days on which texts went by themselves, or should have."),
        words={
            "automation_id": N_("the automation, see automations"),
            "day": N_("the day"),
            "outcome": N_("was it texted, or missed"),
            "people": N_("how many people were meant"),
        },
        parent="automation_id",
    )
    retention = UNTIL_DELETED
    processing = Processing(CAMPAIGNS, N_("On which days texts went by themselves"))

    automation_id: Mapped[int] = mapped_column(
        ForeignKey("automations.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(6))
    people: Mapped[int] = mapped_column(Integer, default=0)
    campaign_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AutomationOccasion(Model):
    """An occasion for which somebody was texted, or left out: never again by this automation.

    `occasion` is the year of a birthday, else a word. `campaign_id` has no foreign key.
    """

    __tablename__ = "automation_occasions"
    __table_args__ = (Index("ix_automation_occasions_recipient", "recipient_id"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "automation-occasions",
        N_("For which occasion an automation has texted whom."),
        words={
            "automation_id": N_("the automation, see automations"),
            "recipient_id": N_("the recipient, see recipients"),
            "occasion": N_("the year of a birthday, or of what kind the occasion was"),
        },
        parent="automation_id",
    )
    retention = UNTIL_DELETED
    processing = Processing(
        CAMPAIGNS, N_("For which birthday, or other occasion, somebody got a text")
    )

    automation_id: Mapped[int] = mapped_column(
        ForeignKey("automations.id", ondelete="CASCADE"), primary_key=True
    )
    recipient_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("recipients.id", ondelete="CASCADE"), primary_key=True
    )
    occasion: Mapped[str] = mapped_column(String(8), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger)
