"""What belongs to an account: every table with personal data, and how its rows are found.

Erasure goes by this list. A new model with an `account_id` needs nothing here; another one
names its path, or the tests fail.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, String, Table, and_, cast, or_, select

from promosms.models import (
    Account,
    Campaign,
    Email,
    EmailLink,
    EventKind,
    GatewayEvent,
    Message,
    MessagePart,
    Model,
    Privacy,
    Session,
    User,
)


def tables() -> list[Table]:
    """The tables that hold something of accounts, in the order in which they can be emptied.

    Those that are found by way of others first, then those that refer to others.
    """
    personal = {
        mapper.class_.__tablename__
        for mapper in Model.registry.mappers
        if mapper.class_.privacy in (Privacy.COLLECTED, Privacy.ACCOUNT)
    }
    in_order = [table for table in reversed(Model.metadata.sorted_tables) if table.name in personal]
    found = [table for table in in_order if table.name != Account.__tablename__]
    first = list(PATHS)
    return sorted(found, key=lambda t: first.index(t.name) if t.name in first else len(first))


def belonging(table: Table, account_id: int) -> ColumnElement[bool]:
    """The rows of a table that belong to an account; KeyError if nobody has said how."""
    if table.name in PATHS:
        return PATHS[table.name](account_id)
    own: ColumnElement[bool] = table.c["account_id"] == account_id
    return own


def _users(account_id: int) -> ColumnElement[bool]:
    return User.account_id == account_id


def _sessions(account_id: int) -> ColumnElement[bool]:
    return Session.user_id.in_(select(User.id).where(_users(account_id)))


def _of_users(table: str) -> Callable[[int], ColumnElement[bool]]:
    """The rows of a table that hang on the users of an account."""
    owner = Model.metadata.tables[table].c["user_id"]
    return lambda account_id: owner.in_(select(User.id).where(_users(account_id)))


def _confirmations(account_id: int) -> ColumnElement[bool]:
    return or_(
        EmailLink.user_id.in_(select(User.id).where(_users(account_id))),
        EmailLink.email.in_(select(User.email).where(_users(account_id))),
    )


def _emails(account_id: int) -> ColumnElement[bool]:
    written_to = Email.recipient.in_(select(User.email).where(_users(account_id)))
    return or_(Email.account_id == account_id, written_to)


def _messages(account_id: int) -> ColumnElement[bool]:
    """By its campaigns: an index by account would cost every message a write at each step."""
    campaigns = select(Campaign.id).where(Campaign.account_id == account_id)
    single = and_(Message.campaign_id.is_(None), Message.account_id == account_id)
    return or_(Message.campaign_id.in_(campaigns), single)


def _parts(account_id: int) -> ColumnElement[bool]:
    return MessagePart.message_id.in_(select(Message.id).where(_messages(account_id)))


def _events(account_id: int) -> ColumnElement[bool]:
    """Its own events, and receipts that have not found their message of it yet."""
    parts = select(MessagePart.reference).where(_parts(account_id))
    messages = select(cast(Message.id, String)).where(_messages(account_id))
    fits = or_(GatewayEvent.reference.in_(parts), GatewayEvent.own.in_(messages))
    receipt = GatewayEvent.kind == EventKind.RECEIPT
    return or_(GatewayEvent.account_id == account_id, and_(receipt, fits))


# Tables whose rows are not found by an `account_id` alone, each before those that lead to it.
PATHS: dict[str, Callable[[int], ColumnElement[bool]]] = {
    "sessions": _sessions,
    "two_factor_challenges": _of_users("two_factor_challenges"),
    "recovery_codes": _of_users("recovery_codes"),
    "known_browsers": _of_users("known_browsers"),
    "phone_changes": _of_users("phone_changes"),
    "email_links": _confirmations,
    "emails": _emails,
    "gateway_events": _events,
    "message_parts": _parts,
    "messages": _messages,
}
