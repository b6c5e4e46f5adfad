"""Addresses of this installation, for e-mails and other services."""

from promosms.settings import settings


def public_address(path: str) -> str:
    """The full address of a path. Its host is a setting: a browser may send any host name."""
    return settings.public_url.rstrip("/") + path


def short_address(path: str) -> str:
    """The full address of a path for a text message, where each letter costs."""
    return (settings.short_link_url or settings.public_url).rstrip("/") + path
