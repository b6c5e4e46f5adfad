"""Activity: when recipients were texted, replied, or opened a link, for the last time.

The texts of a campaign are noted when it has ended, many by one statement, so sending costs no
more. Until then its messages say who was texted. Tests and texts of the service do not count.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from promosms.db import bulk, upsert
from promosms.db.statements import update_rows
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignStatus,
    Message,
    MessageStatus,
    Recipient,
    RecipientActivity,
    UtcDateTime,
    table_of,
)

BATCH = 10_000
TEXTED = MessageStatus.POSSIBLY_SUBMITTED
"""Whoever may have got a text was texted."""
ACTIVITY, TEXTS, PEOPLE = table_of(RecipientActivity), table_of(Message), table_of(Recipient)
_DUE = Campaign.activity_cursor.is_not(None)
_MOMENT = func.coalesce(TEXTS.c.sent_at, TEXTS.c.submitted_at, TEXTS.c.created_at)


def due() -> bool:
    """Is there a campaign that has ended and is not noted?"""
    return _next() is not None


def note(over: Callable[[], bool]) -> bool:
    """Note the texts of ended campaigns until the time slice is over; is there more?

    A batch and the place where it ends are one transaction: a worker that is killed has noted it,
    or the next one does.
    """
    while (campaign_id := _next()) is not None:
        _note_batch(campaign_id)
        if over():
            return due()
    return False


def texted(session: Session, account_id: int, phone: str, moment: datetime) -> None:
    """Note a text to one person, if the number is a recipient's."""
    _note_one(session, account_id, phone, "texted_at", moment)


def texted_all(session: Session, numbers: Collection[tuple[int, str]], moment: datetime) -> None:
    """Note texts to people, by account and number, as far as the numbers are those of recipients.

    In the order of their ids, so that two transactions never wait in a circle.
    """
    asked = bulk.as_pairs(sorted({*numbers}))
    session.connection().execute(_texted(on_sqlite()), {**asked, "moment": moment})


def replied(session: Session, account_id: int, phone: str, moment: datetime) -> None:
    """Note a reply of the recipient with this number, if there is one."""
    _note_one(session, account_id, phone, "replied_at", moment)


def clicked(session: Session, people: Mapping[int, tuple[int, datetime]]) -> None:
    """Note that recipients have opened a link: by their ids, the account and when they did."""
    rows = [
        {"recipient_id": recipient_id, "account_id": account_id, "clicked_at": moment}
        for recipient_id, (account_id, moment) in sorted(people.items())
    ]
    session.connection().execute(_clicked(on_sqlite()), rows)


def texted_since(account_id: int, moment: datetime | None) -> ColumnElement[bool]:
    """A condition: the recipient was texted at this moment or later; None: ever."""
    noted = _since(ACTIVITY.c.texted_at, moment)
    running = db.session.scalars(
        select(Campaign.id).where(
            Campaign.account_id == account_id,
            _DUE,
            Campaign.status.not_in(CampaignStatus.NOT_PREPARED),
        )
    ).all()
    if not running:
        return noted
    texts = exists().where(
        TEXTS.c.phone == Recipient.phone,
        TEXTS.c.campaign_id.in_(running),
        TEXTS.c.status.in_(TEXTED),
        *(() if moment is None else (_moment(moment) <= _MOMENT,)),
    )
    return or_(noted, texts)


def replied_since(moment: datetime | None) -> ColumnElement[bool]:
    """A condition: the recipient replied at this moment or later; None: ever."""
    return _since(ACTIVITY.c.replied_at, moment)


def clicked_since(moment: datetime | None) -> ColumnElement[bool]:
    """A condition: the recipient opened a link at this moment or later; None: ever."""
    return _since(ACTIVITY.c.clicked_at, moment)


def _note_one(session: Session, account_id: int, phone: str, name: str, moment: datetime) -> None:
    person = select(PEOPLE.c.id, PEOPLE.c.account_id, _moment(moment)).where(
        PEOPLE.c.account_id == account_id, PEOPLE.c.phone == phone
    )
    columns = ["recipient_id", "account_id", name]
    session.execute(_latest(upsert.insert(RecipientActivity).from_select(columns, person), name))


def _since(column: ColumnElement[datetime], moment: datetime | None) -> ColumnElement[bool]:
    late = column.is_not(None) if moment is None else column >= _moment(moment)
    return exists().where(ACTIVITY.c.recipient_id == Recipient.id, late).correlate(Recipient)


def _moment(moment: datetime) -> ColumnElement[datetime]:
    return literal(moment, UtcDateTime())


def _next() -> int | None:
    query = select(Campaign.id).where(_DUE, Campaign.status.in_(CampaignStatus.FINAL))
    return db.session.scalar(query.where(Campaign.n_sending == 0).order_by(Campaign.id).limit(1))


def _note_batch(campaign_id: int) -> None:
    with transaction() as session:
        query = select(Campaign.activity_cursor).where(Campaign.id == campaign_id)
        after = session.scalar(query.with_for_update())
        if after is None:
            return
        last = session.scalar(_batch(campaign_id, after).offset(BATCH - 1).limit(1))
        chosen = TEXTS.c.id > after, *(() if last is None else (TEXTS.c.id <= last,))
        texted = (
            select(PEOPLE.c.id, PEOPLE.c.account_id, func.max(_MOMENT))
            .join(TEXTS, TEXTS.c.recipient == PEOPLE.c.public_id)
            .where(TEXTS.c.campaign_id == campaign_id, TEXTS.c.status.in_(TEXTED), *chosen)
            .group_by(PEOPLE.c.id, PEOPLE.c.account_id)
            .order_by(PEOPLE.c.id)  # two campaigns at once do not wait for each other
        )
        statement = upsert.insert(RecipientActivity).from_select(
            ["recipient_id", "account_id", "texted_at"], texted
        )
        session.execute(_latest(statement, "texted_at"))
        session.execute(
            update_rows(Campaign).where(Campaign.id == campaign_id).values(activity_cursor=last)
        )


def _batch(campaign_id: int, after: int) -> Select[int]:
    query = select(TEXTS.c.id).where(TEXTS.c.campaign_id == campaign_id, TEXTS.c.id > after)
    return query.order_by(TEXTS.c.campaign_id, TEXTS.c.id)


@cache
def _clicked(_on_sqlite: bool) -> Executable:
    return _latest(upsert.insert(RecipientActivity), "clicked_at")


@cache
def _texted(_on_sqlite: bool) -> Executable:
    asked = bulk.pairs()
    is_theirs = and_(PEOPLE.c.account_id == asked.c.account_id, PEOPLE.c.phone == asked.c.phone)
    moment: BindParameter[datetime] = bindparam("moment", type_=UtcDateTime())
    people = select(PEOPLE.c.id, PEOPLE.c.account_id, moment).join(asked, is_theirs)
    columns = ["recipient_id", "account_id", "texted_at"]
    statement = upsert.insert(RecipientActivity)
    return _latest(statement.from_select(columns, people.order_by(PEOPLE.c.id)), "texted_at")


def _latest(statement: sqlite.Insert | postgresql.Insert, name: str) -> Executable:
    """Insert activity, or replace what is earlier."""
    newer = statement.excluded[name]
    return statement.on_conflict_do_update(
        index_elements=["recipient_id"],
        set_={name: newer},
        where=ACTIVITY.c[name].is_(None) | (ACTIVITY.c[name] < newer),
    )
