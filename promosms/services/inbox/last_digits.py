"""Last digits: which of the numbers that a gateway has texted lately ends like an address.

For addresses that cannot be read, or not with certainty: the country of the gateway is not that of
the number, or the network leaves out or adds something in front. The index of messages begins with
the number, so that the numbers that come into question are looked up and no message is read in
vain: a few thousand look-ups, however many messages there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, country_code_for_region
from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.db.bulk import among_names
from promosms.models import Message, MessageStatus, now, table_of
from promosms.services.inbox.inbound import RECENTLY
from promosms.sms.network_address import national_digits

MESSAGES = table_of(Message)
LEAST = 7  # digits that must be the same
MOST_IN_FRONT = 3
"""So many digits may be missing, of the gateway's country, or too many."""
LEAST_OF_LONGER = 8  # of an address whose first digits are left out
LONGEST = 15  # digits in E.164
MOST = 1000  # texts that are read


@dataclass(frozen=True)
class Fit:
    """An account that has texted a number with these last digits, and from which sender."""

    account_id: int
    phone: str
    sender: str


def is_number(address: str) -> bool:
    """Has it so many digits that its ending says which number it is?"""
    return bool(_endings(address))


def fits(address: str, phone: str) -> bool:
    """Does the number (E.164) end like the address?"""
    return any(phone.endswith(ending) for ending in _endings(address))


def fitting(session: Session, gateway_id: int, address: str, country: str) -> list[Fit]:
    """Which numbers that this gateway has texted lately end like the address, and for whom."""
    for ending in _endings(address):
        if found := _texted(session, gateway_id, _numbers(ending, country)):
            return found
    return []


def _endings(address: str) -> list[str]:
    """The digits to look for, all of them first."""
    digits = national_digits(address)
    shorter = (digits[n:] for n in range(1, MOST_IN_FRONT + 1))
    longer = [ending for ending in shorter if len(ending) >= LEAST_OF_LONGER]
    return [digits, *longer] if len(digits) >= LEAST else []


def _numbers(ending: str, country: str) -> list[str]:
    """Every number with this ending: with each calling code, and with a missing area code."""
    own = country_code_for_region(country) if country else 0
    inside = (
        f"+{own}{area:0{size}d}{ending}"
        for size in range(1, MOST_IN_FRONT + 1)
        for area in range(10**size)
    )
    abroad = (f"+{code}{ending}" for code in COUNTRY_CODE_TO_REGION_CODE)
    every = (f"+{ending}", *abroad, *(inside if own else ()))
    return [number for number in every if len(number) <= LONGEST + 1]


def _texted(session: Session, gateway_id: int, numbers: Iterable[str]) -> list[Fit]:
    query = select(Message.account_id, Message.phone, Message.sender).where(
        among_names(MESSAGES.c.phone, "numbers"),
        Message.gateway_id == gateway_id,
        Message.status.in_(MessageStatus.POSSIBLY_SUBMITTED | {MessageStatus.QUEUED}),
        Message.created_at > now() - RECENTLY,
    )
    rows = session.execute(query.distinct().limit(MOST), {"numbers": list(numbers)})
    return sorted((Fit(*row) for row in rows), key=lambda fit: (fit.phone, fit.account_id))
