"""The dashboard: the state of an account, from counters and a few small queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from promosms.extensions import db
from promosms.models import (
    Account,
    AutomaticAnswer,
    Automation,
    AutomationStatus,
    Campaign,
    CampaignStatus,
    Import,
    ImportStatus,
    Recipient,
    User,
    YesRequest,
    YesState,
    now,
)
from promosms.services.auth import rights
from promosms.services.auth.rights import Right
from promosms.services.automatic_answers import answers
from promosms.services.campaigns import campaigns, schedule, second_yes
from promosms.services.inbox import replies
from promosms.services.inbox.replies import Unread
from promosms.services.installation import defaults
from promosms.services.prices import prices
from promosms.services.recipients import held_replies
from promosms.services.recipients.held_replies import Held

DAYS = 30
# So many of each are shown; the page behind them has the others.
MOST_HELD = 3
MOST_REPLIES = 2
MOST_OPEN = 12
MOST_IMPORTS = 2
MOST_PLANNED = 3
MOST_ASKED = 3
MOST_UNCONFIRMED = 2


@dataclass(frozen=True)
class Steps:
    """The first steps that an account has done."""

    recipients: bool
    written: bool
    sent: bool
    draft: str  # public id of the newest draft, "" without one


Asked = tuple[YesRequest, Campaign]


@dataclass(frozen=True)
class YesRequests:
    """Second yeses: `wanted` from the reader, `refused` to the reader, and what others wait for."""

    wanted: list[Asked]
    refused: list[Asked]
    awaited: list[Asked]

    @property
    def campaigns(self) -> set[int]:
        """The ids of their campaigns."""
        return {it.id for _one, it in (*self.wanted, *self.refused, *self.awaited)}


@dataclass(frozen=True)
class Summary:
    """What wants the user, what is under way, and the texts of the last days.

    `home` is how many parts the balance pays for to the account's own country; None without a
    price. `held_number` counts all held numbers, `held` are the newest of them; so it is with the
    imports that wait for their columns. `unanswered` are the automatic answers of which some were
    not sent lately, the last one first.
    """

    held_number: int
    held: list[Held]
    replies: Unread
    unanswered: Sequence[AutomaticAnswer]
    blocked: list[Campaign]
    stopped: list[tuple[Automation, Campaign]]
    """Automations that have paused themselves, with their templates."""
    imports_number: int
    imports: list[Import]
    under_way: list[Campaign]
    planned: list[Campaign]
    unconfirmed: list[Campaign]
    yes: YesRequests
    home: int | None
    days: list[tuple[date, int, int]]  # day, arrived, did not arrive

    @property
    def wants(self) -> int:
        """How many things wait for a decision, or to be read."""
        waiting = self.held_number + len(self.blocked) + len(self.stopped) + self.imports_number
        answers = len(self.yes.wanted) + len(self.yes.refused)
        return waiting + answers + self.replies.number + bool(self.unanswered)

    @property
    def more_unconfirmed(self) -> list[Campaign]:
        """Campaigns with texts of unknown outcome that are not shown one by one."""
        return self.unconfirmed[MOST_UNCONFIRMED:]

    @property
    def running(self) -> bool:
        """Do workers change something at the moment?"""
        return any(campaign.status in CampaignStatus.RUNNING for campaign in self.under_way)


def steps(account: Account) -> Steps:
    """Which of the three first steps are done."""
    draft = db.session.scalar(
        select(Campaign.public_id)
        .where(Campaign.account_id == account.id, Campaign.status == CampaignStatus.DRAFT)
        .order_by(Campaign.id.desc())
        .limit(1)
    )
    sent = _any(
        select(Campaign.id).where(
            Campaign.account_id == account.id,
            or_(Campaign.launched_at.is_not(None), Campaign.status == CampaignStatus.SCHEDULED),
        )
    )
    return Steps(
        recipients=_any(select(Recipient.id).where(Recipient.account_id == account.id)),
        written=draft is not None or sent,
        sent=sent,
        draft=draft or "",
    )


def summary(account: Account, zone: ZoneInfo, reader: User) -> Summary:
    """The content of the dashboard for this reader; days begin at midnight in `zone`."""
    today = now().astimezone(zone).date()
    launched = _launched(account, _midnight(today - timedelta(days=DAYS - 1), zone))
    unfinished, yes = _open(account), _yes(account, reader)
    number = held_replies.count(account.id)
    mapping = and_(Import.account_id == account.id, Import.status == ImportStatus.MAPPING)
    return Summary(
        held_number=number,
        held=held_replies.newest(account.id, MOST_HELD) if number else [],
        replies=replies.unread(account.id, MOST_REPLIES),
        unanswered=answers.missed(account.id),
        blocked=[
            campaign
            for campaign in unfinished
            if campaign.status == CampaignStatus.BLOCKED and campaign.id not in yes.campaigns
        ],
        stopped=_stopped(account),
        imports_number=db.session.scalar(select(func.count(Import.id)).where(mapping)) or 0,
        imports=_imports(mapping),
        under_way=[
            campaign for campaign in unfinished if campaign.status != CampaignStatus.BLOCKED
        ],
        planned=schedule.upcoming(account, MOST_PLANNED),
        unconfirmed=[campaign for campaign in launched if campaign.n_unknown],
        yes=yes,
        home=_home(account),
        days=_days(launched, today, zone),
    )


def _yes(account: Account, reader: User) -> YesRequests:
    found, me = second_yes.waiting(account.id), reader.public_id
    asked = [one for one in found if one[0].state == YesState.ASKED]
    may = rights.may(reader.role, Right.SEND)
    wanted = [one for one in asked if may and one[0].asked_by != me]
    return YesRequests(
        wanted=wanted[:MOST_ASKED],
        refused=[one for one in found if one not in asked and one[0].asked_by == me][:MOST_ASKED],
        awaited=[one for one in asked if one not in wanted][:MOST_ASKED],
    )


def _home(account: Account) -> int | None:
    """How many parts to the account's own country the balance pays for; None without a price."""
    route = defaults.default_route()
    price = prices.price_list(route.id, account.id, country=account.region).of(account.region)
    return account.balance // price if price else None


def _open(account: Account) -> list[Campaign]:
    query = select(Campaign).where(
        Campaign.account_id == account.id,
        Campaign.status.in_(CampaignStatus.OPEN - {CampaignStatus.SCHEDULED}),
    )
    return list(db.session.scalars(query.order_by(Campaign.id.desc()).limit(MOST_OPEN)))


def _stopped(account: Account) -> list[tuple[Automation, Campaign]]:
    query = (
        select(Automation, Campaign)
        .join(Campaign, Campaign.id == Automation.prototype_id)
        .where(
            Automation.account_id == account.id,
            Automation.status == AutomationStatus.PAUSED,
            Automation.stopped_why != "",
        )
    )
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Automation.id))]


def _launched(account: Account, since: datetime) -> list[Campaign]:
    query = select(Campaign).where(Campaign.account_id == account.id, Campaign.launched_at >= since)
    return list(db.session.scalars(query.order_by(Campaign.id.desc())))


def _imports(condition: ColumnElement[bool]) -> list[Import]:
    query = select(Import).where(condition).order_by(Import.id.desc()).limit(MOST_IMPORTS)
    return list(db.session.scalars(query))


def _days(launched: list[Campaign], today: date, zone: ZoneInfo) -> list[tuple[date, int, int]]:
    delivered = {today - timedelta(days=back): 0 for back in range(DAYS - 1, -1, -1)}
    not_delivered = dict(delivered)
    for campaign in launched:
        day = _day(campaign, zone)
        if day in delivered:
            figures = campaigns.figures(campaign)
            delivered[day] += figures.delivered
            not_delivered[day] += figures.not_delivered
    return [(day, delivered[day], not_delivered[day]) for day in delivered]


def _day(campaign: Campaign, zone: ZoneInfo) -> date | None:
    return campaign.launched_at.astimezone(zone).date() if campaign.launched_at else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock.min, zone)


def _any(query: Select[int]) -> bool:
    return db.session.scalar(query.limit(1)) is not None
