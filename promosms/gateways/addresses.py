"""Addresses as adapters hand them on: in E.164 where they can be read, else as they came."""

from promosms.sms.network_address import Ton, digits_of, read

LONGEST = 20  # as much as is stored


def number(address: str, ton: int = Ton.UNKNOWN, country: str = "") -> str:
    """A number in E.164; a short code, a name and what cannot be read as it came.

    `country` is that of the gateway, whose numbers may come without a country code.
    """
    return read(address, ton, country) or _as_it_came(address)


def sender(address: str, ton: int = Ton.UNKNOWN, country: str = "") -> tuple[str, str]:
    """Who has written: the number as above, and the address as it came.

    The address is empty where it has all digits of the number: then there is nothing to doubt.
    """
    came, phone = _as_it_came(address), read(address, ton, country)
    if phone is None:
        return came, came
    return phone, "" if digits_of(address).endswith(phone[1:]) else came


def recipient(address: str, ton: int = Ton.UNKNOWN, country: str = "") -> tuple[str, str]:
    """Who a receipt is about: the number in E.164, if it can be read, and the address as above."""
    phone = read(address, ton, country)
    if phone is None:
        return "", _as_it_came(address)
    complete = phone.endswith(address) or digits_of(address).endswith(phone[1:])
    return phone, "" if complete else _as_it_came(address)


def _as_it_came(address: str) -> str:
    return address.replace("\0", "").replace(" ", "")[:LONGEST]
