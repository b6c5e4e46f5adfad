"""Credentials: the settings of gateways. Those that may hold a secret are encrypted."""

import re
from collections.abc import Mapping

from promosms.lib.encryption import decrypt, encrypt
from promosms.models import Gateway

PURPOSE = "gateways"
MARK = "encrypted:"
# Also url, headers and body of the configurable gateway, because they may hold a key.
SECRET = re.compile("password|token|secret|key|url|headers|body", re.IGNORECASE)


class KeyChanged(ValueError):
    """The settings were encrypted with another key; the text is one line for the operator."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} cannot be read: the SECRET_KEY of the installation has changed."
            " Bring the old one back, or connect the gateway again."
        )


def encrypted(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as they are stored."""
    return {
        name: _encrypt(value) if SECRET.search(name) else value for name, value in settings.items()
    }


def decrypted(gateway: Gateway) -> dict[str, str]:
    """Settings as the adapter needs them. Raises KeyChanged.

    A value without the mark is returned as it is.
    """
    return {name: _decrypt(name, value) for name, value in gateway.settings.items()}


def _encrypt(value: str) -> str:
    return MARK + encrypt(PURPOSE, value).decode()


def _decrypt(name: str, value: str) -> str:
    if not value.startswith(MARK):
        return value
    plain = decrypt(PURPOSE, value.removeprefix(MARK).encode())
    if plain is None:
        raise KeyChanged(name)
    return plain
