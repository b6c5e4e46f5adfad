"""Addresses of webhooks: what may be one, by its letters and by where it leads.

An address is judged twice. When it is typed in, what can be seen without asking a network is
refused. When something is sent, only an address that the name has at this moment is connected to,
and only if it is one of the Internet: a name that leads inside later reaches nothing
(`client.py`).
"""

from enum import StrEnum
from urllib.parse import urlsplit

from promosms.gateways.http.reachable import is_allowed, is_public, is_refused

LONGEST = 500
LONGEST_FILLED = 2_000
"""Of an address that a plug-in has given, when its placeholders are filled."""
SECONDS = 10.0
"""For so long an answer is waited for, with everything."""
INSIDE = (".local", ".localhost", ".internal", ".lan", ".home.arpa")
"""Names that no public server answers to."""


class AddressProblem(StrEnum):
    """Why an address cannot be one of a webhook."""

    NO_ADDRESS = "no_address"
    NOT_HTTPS = "not_https"
    PASSWORD = "password"
    INSIDE = "inside"
    TOO_LONG = "too_long"


def problem_of(url: str, *, private: bool, plain: bool = False) -> AddressProblem | None:
    """What is wrong with an address; None if nothing is seen.

    `private`: addresses of the own network are allowed, and http as well; `plain`: only the latter.
    """
    if len(url) > (LONGEST_FILLED if plain else LONGEST):
        return AddressProblem.TOO_LONG
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return AddressProblem.NO_ADDRESS
    named = host and all(mark.isprintable() and not mark.isspace() for mark in url)
    if not named or parts.scheme not in ("http", "https") or port == 0:
        return AddressProblem.NO_ADDRESS
    if parts.scheme != "https" and not (private or plain):
        return AddressProblem.NOT_HTTPS
    if "@" in parts.netloc:
        return AddressProblem.PASSWORD
    inside = host.endswith(INSIDE) or ("." not in host and ":" not in host)
    if is_refused(url, private=private) or (inside and not private):
        return AddressProblem.INSIDE
    return None


def may_connect(address: str, *, private: bool) -> bool:
    """May this IP address, to which a name leads at this moment, be connected to?"""
    return (is_allowed if private else is_public)(address)
