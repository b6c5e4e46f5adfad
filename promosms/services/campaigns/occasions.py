"""Occasions: whom a campaign of an automation texts on its day, each for one occasion once.

A birthday is one for each year. After joining a list a person is texted once, also if they are
taken off and put on it again. After some days without a text a person is texted once, until they
get a text of another campaign (`forget_ended`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, literal, select, true
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.bulk import each_of
from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Automation,
    AutomationOccasion,
    Campaign,
    CampaignList,
    ListRecipient,
    Recipient,
    RecipientActivity,
    Trigger,
    is_promotional,
    table_of,
)
from promosms.services.recipients import activity, states, typed_columns
from promosms.services.recipients.states import State

JOINED, NO_TEXT = "joined", "no_text"


@dataclass(frozen=True)
class Occasion:
    """The people whom `campaign`, one of `automation`, texts on a day of the account."""

    automation: Automation
    day: date
    campaign: Campaign
    more: int = 0
    """To look ahead: so many days after the day too."""

    @classmethod
    def of(cls, campaign: Campaign) -> "Occasion | None":
        """That of a campaign; None if no automation has made it, or it was deleted since."""
        if campaign.automation_id is None or campaign.occasion is None:
            return None
        automation = db.session.get(Automation, campaign.automation_id)
        return cls(automation, campaign.occasion, campaign) if automation else None

    @property
    def key(self) -> str:
        """What the occasion of each person is called; empty for a day that comes once anyway."""
        if self.automation.trigger == Trigger.BIRTHDAY:
            return str(self.birthday.year)
        return {Trigger.JOINED: JOINED, Trigger.NO_TEXT: NO_TEXT}.get(
            Trigger(self.automation.trigger), ""
        )

    @property
    def birthday(self) -> date:
        """The birthday for which people are texted on the day."""
        return self.day + timedelta(days=self.automation.days)

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions that a recipient is one of them; of promotions only who can get them."""
        found = [self._met()]
        if self.key:
            found.append(~self._had())
        if is_promotional(self.campaign.kind):
            found += states.conditions(State.TEXTABLE)
        return found

    def _met(self) -> ColumnElement[bool]:
        trigger = self.automation.trigger
        if trigger == Trigger.BIRTHDAY:
            return typed_columns.birthday_within(Recipient.birthday, self.birthday, self.more)
        if trigger == Trigger.JOINED:
            return self._joined()
        return self._not_texted() if trigger == Trigger.NO_TEXT else true()

    def _joined(self) -> ColumnElement[bool]:
        joined = self.day - timedelta(days=self.automation.days)
        lists = select(CampaignList.list_id).where(
            CampaignList.campaign_id == self.campaign.id, ~CampaignList.excluded
        )
        on_list = exists().where(
            ListRecipient.recipient_id == Recipient.id,
            ListRecipient.list_id.in_(lists),
            ListRecipient.joined_at >= self._midnight(joined),
            ListRecipient.joined_at < self._midnight(joined + timedelta(days=self.more + 1)),
        )
        return on_list.correlate(Recipient)

    def _not_texted(self) -> ColumnElement[bool]:
        """The last of the days without a text is the one before; who is new has waited as long."""
        since = self._midnight(self.day + timedelta(days=self.more - self.automation.days))
        account_id = self.automation.account_id
        return and_(Recipient.created_at < since, ~activity.texted_since(account_id, since))

    def _had(self) -> ColumnElement[bool]:
        """Has this person had this occasion, by an earlier campaign?"""
        had = exists().where(
            AutomationOccasion.automation_id == self.automation.id,
            AutomationOccasion.recipient_id == Recipient.id,
            AutomationOccasion.occasion == self.key,
            AutomationOccasion.campaign_id != self.campaign.id,
        )
        return had.correlate(Recipient)

    def _midnight(self, day: date) -> datetime:
        account = db.session.get_one(Account, self.automation.account_id)
        return datetime.combine(day, time.min, ZoneInfo(account.timezone)).astimezone(UTC)


def take(session: Session, campaign: Campaign, ids: Sequence[int]) -> set[int]:
    """Note the occasion of these recipients; returns those who had not had it.

    Part of the transaction that inserts their messages. A second note is not possible: the database
    keeps one for each person and occasion.
    """
    occasion = Occasion.of(campaign)
    if occasion is None:  # the automation was deleted
        return set()
    if not occasion.key:
        return set(ids)
    table = table_of(AutomationOccasion)
    columns = ["automation_id", "recipient_id", "occasion", "account_id", "campaign_id"]
    rows = select(
        literal(occasion.automation.id),
        each_of(),
        literal(occasion.key),
        literal(campaign.account_id),
        literal(campaign.id),
    ).where(true())
    insert = upsert.insert(AutomationOccasion).from_select(columns, rows)
    new = insert.on_conflict_do_nothing().returning(table.c.recipient_id)
    return set(session.connection().execute(new, {"ids": list(ids)}).scalars())


def forget_ended(automation: Automation) -> None:
    """Forget whom the automation has texted after days without a text, if they got another since.

    Its own texts do not count: they have left before its campaign has ended (`ends_at`).
    """
    if automation.trigger != Trigger.NO_TEXT:
        return
    texted = exists().where(
        RecipientActivity.recipient_id == AutomationOccasion.recipient_id,
        Campaign.id == AutomationOccasion.campaign_id,
        RecipientActivity.texted_at > Campaign.ends_at,
    )
    with transaction() as session:
        own = AutomationOccasion.automation_id == automation.id
        session.execute(delete_rows(AutomationOccasion).where(own, texted))
