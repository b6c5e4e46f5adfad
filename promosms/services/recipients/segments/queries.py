"""Who is in a segment, as a condition on recipients: the page, counts and campaigns all use it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import SQLCoreOperations

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.lib.folding import fold
from promosms.models import (
    Account,
    Consent,
    ListRecipient,
    Recipient,
    RecipientList,
    Segment,
    now,
)
from promosms.services.recipients import activity, states, typed_columns
from promosms.services.recipients.folded import folded
from promosms.services.recipients.search import SEARCHED, contains, search_terms
from promosms.services.recipients.segments.conditions import NOT, Condition, Filter, Kind, Match
from promosms.services.recipients.states import State

Truth = ColumnElement[bool]


def conditions(segment: Segment, moment: datetime | None = None) -> Truth:
    """The condition that a recipient of the account is in the segment, at this moment or now."""
    account = db.session.get_one(Account, segment.account_id)
    return where(account, Filter.read(segment.conditions), moment)


def where(account: Account, chosen: Filter, moment: datetime | None = None) -> Truth:
    """The condition that a recipient of the account meets a filter."""
    calendar = Calendar(account, moment or now())
    met = [_meets(calendar, row) for row in chosen.conditions]
    return and_(true(), *met) if chosen.match is Match.ALL else or_(false(), *met)


class Calendar:
    """The days of an account at a moment: they begin at midnight in its time zone."""

    def __init__(self, account: Account, moment: datetime) -> None:
        self.account_id = account.id
        self.zone = ZoneInfo(account.timezone)
        self.today = moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """When a day begins."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def first_of_last(self, days: int) -> date:
        """The first of the last so many days; today is the last of them."""
        return self.today - timedelta(days=days - 1)


def _meets(calendar: Calendar, row: Condition) -> Truth:
    asked = _ASKED[row.kind]
    if row.test.startswith(NOT):
        return ~func.coalesce(asked(calendar, row, row.test.removeprefix(NOT)), false())
    return asked(calendar, row, row.test)


def _column(row: Condition) -> InstrumentedAttribute[str]:
    column: InstrumentedAttribute[str] = getattr(Recipient, row.subject)
    return column


def _text(_calendar: Calendar, row: Condition, test: str) -> Truth:
    if test == "empty":
        return _column(row) == ""
    text, typed = folded(_column(row)), fold(row.value)
    met = {
        "is": text == typed,
        "begins": func.substr(text, 1, len(typed)) == typed,
        "contains": _has(text, typed),
    }
    if row.subject not in SEARCHED:
        return met[test]
    # Words that nobody is found by are seen in the text for searching, which is folded already.
    return and_(*(_has(Recipient.search, word) for word in typed.split()), met[test])


def _has(text: SQLCoreOperations[str], part: str) -> Truth:
    place: ColumnElement[int] = (func.instr if on_sqlite() else func.strpos)(text, part)
    return place > 0


def _number(_calendar: Calendar, row: Condition, test: str) -> Truth:
    if test == "empty":
        return _column(row) == ""
    number, typed = typed_columns.number(_column(row)), float(row.value)
    return {"is": number == typed, "more": number > typed, "less": number < typed}[test]


def _date(calendar: Calendar, row: Condition, test: str) -> Truth:
    if test == "empty":
        return _column(row) == ""
    day = typed_columns.day(_column(row))
    if test == "last_days":
        return day.between(calendar.first_of_last(int(row.value)), calendar.today)
    if test == "next_days":
        return day.between(calendar.today, calendar.today + timedelta(days=int(row.value) - 1))
    typed = date.fromisoformat(row.value)
    return {"is": day == typed, "before": day < typed, "after": day > typed}[test]


def _birthday(calendar: Calendar, row: Condition, test: str) -> Truth:
    if test == "empty":
        return _column(row) == ""
    if test == "month":
        return typed_columns.birthday_in_month(_column(row), int(row.value))
    return typed_columns.birthday_within(_column(row), calendar.today, int(row.value) - 1)


def _list(calendar: Calendar, row: Condition, _test: str) -> Truth:
    query = select(RecipientList.id).where(
        RecipientList.account_id == calendar.account_id, RecipientList.public_id == row.value
    )
    list_id = db.session.scalar(query)
    if list_id is None:
        return false()
    return (
        exists()
        .where(ListRecipient.list_id == list_id, ListRecipient.recipient_id == Recipient.id)
        .correlate(Recipient)
    )


def _added(calendar: Calendar, row: Condition, test: str) -> Truth:
    if test == "last_days":
        return Recipient.created_at >= calendar.midnight(calendar.first_of_last(int(row.value)))
    day = date.fromisoformat(row.value)
    if test == "before":
        return Recipient.created_at < calendar.midnight(day)
    return Recipient.created_at >= calendar.midnight(day + timedelta(days=1))


def _texted(calendar: Calendar, row: Condition, test: str) -> Truth:
    return activity.texted_since(calendar.account_id, _since(calendar, row, test))


def _replied(calendar: Calendar, row: Condition, test: str) -> Truth:
    return activity.replied_since(_since(calendar, row, test))


def _clicked(calendar: Calendar, row: Condition, test: str) -> Truth:
    return activity.clicked_since(_since(calendar, row, test))


def _since(calendar: Calendar, row: Condition, test: str) -> datetime | None:
    if test == "ever":
        return None
    return calendar.midnight(calendar.first_of_last(int(row.value)))


def _consent(_calendar: Calendar, _row: Condition, _test: str) -> Truth:
    return Recipient.consent == Consent.GIVEN


def _country(_calendar: Calendar, row: Condition, _test: str) -> Truth:
    return Recipient.country == literal(row.value)


def _opted_out(_calendar: Calendar, _row: Condition, test: str) -> Truth:
    return and_(*states.conditions(State.HELD if test == "held" else State.OPTED_OUT))


def _search(_calendar: Calendar, row: Condition, _test: str) -> Truth:
    terms = search_terms(row.value)
    return and_(*contains(terms)) if terms else false()


_ASKED: dict[Kind, Callable[[Calendar, Condition, str], Truth]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.BIRTHDAY: _birthday,
    Kind.LIST: _list,
    Kind.ADDED: _added,
    Kind.TEXTED: _texted,
    Kind.REPLIED: _replied,
    Kind.CLICKED: _clicked,
    Kind.CONSENT: _consent,
    Kind.COUNTRY: _country,
    Kind.OPTED_OUT: _opted_out,
    Kind.SEARCH: _search,
}
