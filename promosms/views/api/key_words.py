"""What an API key is for and what has become of it, in words, and a first request with it."""

import json
from ipaddress import ip_network

from promosms.language import day, lazy_gettext, moment
from promosms.language import gettext as _
from promosms.models import ApiKey, Revoked, Scope
from promosms.services.api import keys
from promosms.urls import public_address
from promosms.web.api import PREFIX

MAY = {
    Scope.SEND: lazy_gettext("send texts"),
    Scope.READ: lazy_gettext("see texts"),
    Scope.BILLING: lazy_gettext("see the balance"),
    Scope.WEBHOOKS: lazy_gettext("add webhooks"),
}


PATHS = {Scope.READ: "/messages", Scope.BILLING: "/balance", Scope.WEBHOOKS: "/webhooks"}
"""What a key that does not send can read, for its first request."""


def purpose(key: ApiKey) -> str:
    """Whether it sends anything, and what it may do."""
    rights = ", ".join(str(MAY[scope]) for scope in keys.scopes_of(key))
    if key.sandbox:
        return str(_("Sandbox, sends nothing. It may: %(rights)s.", rights=rights))
    return str(_("For real texts. It may: %(rights)s.", rights=rights))


def networks(key: ApiKey) -> list[str]:
    """From where it may be used; a single address without the length of its network."""
    found = map(ip_network, keys.networks_of(key))
    return [str(each[0] if each.num_addresses == 1 else each) for each in found]


def last_used(key: ApiKey) -> str:
    """The day on which a program came with it."""
    return day(key.last_used_on) or str(_("Never"))


def end(key: ApiKey, was_replaced: bool) -> str:
    """Why it does not work any more, and since when."""
    if key.revoked_at is None:
        ended = moment(key.expires_at, "d MMM y")
        if was_replaced:
            return str(_("Replaced, ended on %(day)s", day=ended))
        return str(_("Ended on %(day)s", day=ended))
    on = moment(key.revoked_at, "d MMM y")
    if key.revoked_why == Revoked.IN_ADDRESS:
        return str(_("Revoked on %(day)s: it stood in an address", day=on))
    return str(_("Revoked on %(day)s", day=on))


def example(key: ApiKey, token: str, phone: str) -> str:
    """A command for a terminal that tries the key; a text goes to the owner's own phone."""
    scopes = keys.scopes_of(key)
    head = f"-H 'Authorization: Bearer {token}'"
    if Scope.SEND not in scopes:
        path = PATHS[next(scope for scope in PATHS if scope in scopes)]
        return f"curl {_address(path)} \\\n  {head}"
    body = json.dumps({"to": phone, "text": "Hello"})
    lines = [f"curl {_address('/messages')}", head, "-H 'Content-Type: application/json'"]
    return " \\\n  ".join([*lines, f"-d '{body}'"])


def _address(path: str) -> str:
    return public_address(PREFIX + path)
