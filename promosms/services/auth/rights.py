"""Rights: what each role may do in its account.

This one table is obeyed by every page (the mark of its view, web/access.py), by every API key (its
scopes need rights, and a key may do no more than the person who made it), and shown to owners.
"""

from collections.abc import Mapping
from enum import StrEnum

from promosms.models import Role, Scope


class Right(StrEnum):
    """One thing that people may do in an account, or may not."""

    LOOK = "look"  # at campaigns, recipients, conversations, statement and invoices
    DOWNLOAD = "download"  # recipients, opt-outs and reports as files
    ANSWER = "answer"  # replies, and what is answered by itself
    RECIPIENTS = "recipients"  # add, import, change and erase them, their lists and consent
    WRITE = "write"  # drafts, templates
    SEND = "send"  # and plan, pause and cancel; all that costs money by being sent
    PAY = "pay"  # top up, company, limits
    CONNECT = "connect"  # programs: API keys and webhooks
    COLLEAGUES = "colleagues"  # invite and remove them, change their roles
    ACCOUNT = "account"  # its settings, all its data, its end


LOOKING = frozenset({Right.LOOK})
WORKING = LOOKING | {
    Right.DOWNLOAD,
    Right.ANSWER,
    Right.RECIPIENTS,
    Right.WRITE,
    Right.SEND,
}

ROLES: Mapping[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.MEMBER: WORKING,
    Role.VIEWER: LOOKING,
    Role.ADMIN: frozenset(),  # belongs to the installation, and to no account
}

SCOPES: Mapping[Scope, frozenset[Right]] = {
    Scope.SEND: frozenset({Right.RECIPIENTS, Right.WRITE, Right.SEND}),
    Scope.READ: frozenset({Right.LOOK, Right.DOWNLOAD}),
    Scope.BILLING: frozenset({Right.LOOK}),
    Scope.WEBHOOKS: frozenset({Right.CONNECT}),
}
"""What the person must be allowed to do for whom a key with this scope acts."""


def may(role: str | None, right: Right) -> bool:
    """Does the role have this right? Nobody (None) has any."""
    return role is not None and right in ROLES[Role(role)]


def may_use(role: str | None, scope: Scope) -> bool:
    """May a key of a person with this role be used for it?"""
    return all(may(role, right) for right in SCOPES[scope])


def roles_with(right: Right) -> set[Role]:
    """The roles that have this right."""
    return {role for role in Role if may(role, right)}
