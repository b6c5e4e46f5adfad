"""Made-up people and filters, and who of the people meets a filter: in plain Python."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from promosms.db.transactions import transaction
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Consent,
    ListRecipient,
    Message,
    MessageStatus,
    Recipient,
    RecipientList,
    Suppression,
    SuppressionSource,
)
from promosms.services.recipients import activity, lists
from promosms.services.recipients.search import search_text
from promosms.services.recipients.segments.conditions import (
    FIELD_KINDS,
    NOT,
    TESTS,
    Condition,
    Filter,
    Kind,
    Match,
    Value,
)
from tests.support.clock import Clock

ZONE = ZoneInfo("Pacific/Auckland")  # its day is another one than that of UTC for half of the time
FOLDED = {
    "": "",
    "Łódź": "lodz",
    "łodz": "lodz",
    "Köln": "koln",
    "KOLN am Rhein": "koln am rhein",
    "Großau": "grossau",
    "100%": "100%",
    "a_b": "a_b",
    "O’Neill": "o'neill",
    "ŁÓ": "lo",
    "ss": "ss",
    "Kö": "ko",
    "%": "%",
    "_": "_",
    "o'n": "o'n",
    "am": "am",
}
TEXTS = ("", "Łódź", "łodz", "Köln", "KOLN am Rhein", "Großau", "100%", "a_b", "O’Neill")
TYPED = ("ŁÓ", "łodz", "ss", "Kö", "%", "_", "o'n", "am", "Köln")
NUMBERS = {"": None, "5": 5.0, "-12.5": -12.5, "7.25": 7.25, "many": None, "5.0": 5.0}
TODAY = date(2027, 2, 24)
"""By a clock that stands still: a day can begin in the zone while the tests run."""
DATES = {
    "": None,
    "soon": None,
    "2026-02-30": None,
    **{
        str(TODAY + timedelta(days=n)): TODAY + timedelta(days=n) for n in (-40, -6, -1, 0, 1, 6, 9)
    },
}
BIRTHDAYS = {
    "": None,
    "tomorrow": None,
    **{f"19{n}{f'{TODAY + timedelta(days=n - 70):-%m-%d}'}": n - 70 for n in range(70, 80)},
    f"--{TODAY + timedelta(days=3):%m-%d}": 3,
}
COLUMNS = {Kind.TEXT: "city", Kind.NUMBER: "field1", Kind.DATE: "field2", Kind.BIRTHDAY: "field3"}
LISTS = ("Guests", "Staff")


@dataclass
class Somebody:
    """What is known of a recipient; moments are days before today, at noon in the zone."""

    number: int
    values: dict[str, str] = field(default_factory=dict)
    country: str = "PL"
    consent: bool = False
    out: SuppressionSource | None = None
    lists: set[str] = field(default_factory=set)
    added: int = 0
    texted: int | None = None
    running: bool = False
    replied: int | None = None
    clicked: int | None = None

    @property
    def phone(self) -> str:
        """The number."""
        return f"+4860120{self.number:04d}"


def stop(clock: Clock) -> None:
    """Let it be the afternoon of the day of these people."""
    afternoon = datetime.combine(TODAY, time(15), ZONE)
    clock.stop()
    clock.move(seconds=(afternoon - clock.now()).total_seconds())


def noon(days_ago: int) -> datetime:
    """A moment of the day so long ago."""
    return datetime.combine(TODAY - timedelta(days=days_ago), time(12), ZONE).astimezone(UTC)


def anybody(dice: random.Random, number: int) -> Somebody:
    """A recipient of any kind."""
    texts = dice.choice(TEXTS), dice.choice([*NUMBERS]), dice.choice([*DATES])
    return Somebody(
        number,
        dict(zip(COLUMNS.values(), (*texts, dice.choice([*BIRTHDAYS])), strict=True)),
        dice.choice(("PL", "DE")),
        dice.random() < 0.7,
        dice.choice((None, None, SuppressionSource.HAND, SuppressionSource.HELD)),
        {name for name in LISTS if dice.random() < 0.4},
        dice.randrange(12),
        dice.choice((None, *range(12))),
        dice.random() < 0.3,
        dice.choice((None, None, *range(12))),
        dice.choice((None, None, *range(12))),
    )


def store(account: Account, people: list[Somebody]) -> dict[str, RecipientList]:
    """Store them with their lists, suppressions, texts and replies; returns the lists."""
    made = {name: lists.create(account.id, name) for name in LISTS}
    with transaction() as session:
        account.timezone = str(ZONE)
        ended = Campaign(account_id=account.id, route_id=1, status=CampaignStatus.FINISHED)
        running = Campaign(account_id=account.id, route_id=1, status=CampaignStatus.SENDING)
        session.add_all([ended, running])
        session.flush()
        for one in people:
            recipient = Recipient(
                account_id=account.id,
                phone=one.phone,
                country=one.country,
                consent=Consent.GIVEN if one.consent else Consent.NONE,
                search=search_text(one.phone, one.values),
                created_at=noon(one.added),
                **one.values,
            )
            session.add(recipient)
            session.flush()
            for name in one.lists:
                membership = {"list_id": made[name].id, "recipient_id": recipient.id}
                session.add(ListRecipient(account_id=account.id, **membership))
            if one.out is not None:
                session.add(Suppression(account_id=account.id, phone=one.phone, source=one.out))
            # A text that failed, and one without a campaign, do not count.
            others = (ended, MessageStatus.FAILED, 0), (None, MessageStatus.DELIVERED, 0)
            texts = [(running if one.running else ended, MessageStatus.SENT, one.texted)]
            for campaign, status, days in texts if one.texted is not None else others:
                session.add(_message(account, recipient, campaign, status, noon(days or 0)))
            if one.clicked is not None:
                activity.clicked(session, {recipient.id: (account.id, noon(one.clicked))})
                activity.clicked(session, {recipient.id: (account.id, noon(11))})
            if one.replied is not None:
                activity.replied(session, account.id, one.phone, noon(one.replied))
                activity.replied(session, account.id, one.phone, noon(11))
    activity.note(lambda: False)
    return made


def _message(
    account: Account,
    recipient: Recipient,
    campaign: Campaign | None,
    status: MessageStatus,
    moment: datetime,
) -> Message:
    return Message(
        account_id=account.id,
        campaign_id=campaign and campaign.id,
        recipient=recipient.public_id,
        phone=recipient.phone,
        status=status,
        sent_at=moment,
    )


def any_filter(dice: random.Random, made: dict[str, RecipientList]) -> Filter:
    """A filter of one to four conditions of any kind."""
    rows = tuple(any_condition(dice, made) for _ in range(dice.randrange(1, 5)))
    return Filter(dice.choice([*Match]), rows)


def any_condition(dice: random.Random, made: dict[str, RecipientList]) -> Condition:
    """A condition of any kind."""
    kind = dice.choice([*Kind])
    test = dice.choice([*TESTS[kind]])
    values = {
        Value.NOTHING: "",
        Value.TEXT: dice.choice(TYPED),
        Value.NUMBER: dice.choice(("5", "-12.5", "0")),
        Value.DATE: str(TODAY + timedelta(days=dice.randrange(-9, 9))),
        Value.DAYS: str(dice.randrange(1, 12)),
        Value.MONTH: str(dice.randrange(1, 13)),
        Value.LIST: made[dice.choice(LISTS)].public_id,
        Value.COUNTRY: dice.choice(("PL", "DE", "FR")),
    }
    subject = COLUMNS[kind] if kind in FIELD_KINDS else kind
    return Condition(kind, subject, test, values[TESTS[kind][test]])


def meets(one: Somebody, chosen: Filter, made: dict[str, RecipientList]) -> bool:
    """Does somebody meet a filter?"""
    names = {recipient_list.public_id: name for name, recipient_list in made.items()}
    met = [_meets(one, row, names) for row in chosen.conditions]
    return all(met) if chosen.match is Match.ALL else any(met)


def _meets(one: Somebody, row: Condition, names: dict[str, str]) -> bool:
    test, wanted = row.test.removeprefix(NOT), not row.test.startswith(NOT)
    if row.kind in FIELD_KINDS and test == "empty":
        return (one.values[row.subject] == "") is wanted
    asked: dict[Kind, Callable[[], bool]] = {
        Kind.TEXT: lambda: _text(FOLDED[one.values["city"]], test, FOLDED[row.value]),
        Kind.NUMBER: lambda: _number(NUMBERS[one.values["field1"]], test, float(row.value)),
        Kind.DATE: lambda: _day(DATES[one.values["field2"]], test, row.value),
        Kind.BIRTHDAY: lambda: _birthday(BIRTHDAYS[one.values["field3"]], test, int(row.value)),
        Kind.LIST: lambda: names[row.value] in one.lists,
        Kind.ADDED: lambda: _day(TODAY - timedelta(days=one.added), test, row.value),
        Kind.TEXTED: lambda: _lately(one.texted, test, row.value),
        Kind.REPLIED: lambda: _lately(one.replied, test, row.value),
        Kind.CLICKED: lambda: _lately(one.clicked, test, row.value),
        Kind.CONSENT: lambda: one.consent,
        Kind.COUNTRY: lambda: one.country == row.value,
        Kind.OPTED_OUT: lambda: _out(one.out, test),
        Kind.SEARCH: lambda: _found(one, row.value),
    }
    return asked[row.kind]() is wanted


def _text(text: str, test: str, typed: str) -> bool:
    return {"is": text == typed, "contains": typed in text, "begins": text[: len(typed)] == typed}[
        test
    ]


def _number(value: float | None, test: str, typed: float) -> bool:
    if value is None:
        return False
    return {"is": value == typed, "more": value > typed, "less": value < typed}[test]


def _day(value: date | None, test: str, typed: str) -> bool:
    if value is None:
        return False
    if test == "last_days":
        return 0 <= (TODAY - value).days < int(typed)
    if test == "next_days":
        return 0 <= (value - TODAY).days < int(typed)
    day = date.fromisoformat(typed)
    return {"is": value == day, "before": value < day, "after": value > day}[test]


def _birthday(days_to: int | None, test: str, typed: int) -> bool:
    if days_to is None:
        return False
    if test == "next_days":
        return days_to < typed
    return (TODAY + timedelta(days=days_to)).month == typed


def _lately(days_ago: int | None, test: str, typed: str) -> bool:
    return days_ago is not None and (test == "ever" or days_ago < int(typed))


def _out(source: SuppressionSource | None, test: str) -> bool:
    return source is (SuppressionSource.HELD if test == "held" else SuppressionSource.HAND)


def _found(one: Somebody, typed: str) -> bool:
    """Words of one or two letters are found at the beginning of a word, longer ones anywhere."""
    words = [*FOLDED[one.values["city"]].split(), one.phone[1:]]
    needle = FOLDED[typed]
    if len(needle) < 3:
        return any(word.startswith(needle) for word in words)
    return any(needle in word for word in words)
