"""Addresses of this installation, as they stand in e-mails and at other services."""

from promosms.settings import settings


def public_address(path: str) -> str:
    """The whole address of a path, from the settings: a browser may send any host name."""
    return settings.public_url.rstrip("/") + path
