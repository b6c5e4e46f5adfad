"""Addresses of this installation, for e-mails and other services."""

from promosms.settings import settings


def public_address(path: str) -> str:
    """The full address of a path. Its host is a setting: a browser may send any host name."""
    return settings.public_url.rstrip("/") + path
