"""The sample data of an installation: its gateway, an account, its recipients."""

import random
from dataclasses import dataclass, field

from sqlalchemy import insert

from promosms.db.transactions import transaction
from promosms.models import Account, Consent, EntryKind, Guard, LedgerEntry, Recipient, now

START = "+4860"
LONG_NAME = "Maximiliana" * 9
"""Every eighth recipient has it, and gets a text of two parts."""
TEXT = "{number}: Hello {{first_name}}, come and see what is new in our shop today, code {number}."
"""Each part carries the number of the campaign."""


@dataclass(frozen=True)
class Options:
    """The options of an installation: parts per second, open texts, seconds."""

    rate: int = 1000
    window: int = 100
    lease: int = 3
    tick: float = 0.2
    answer_seconds: float = 1.5
    settings: dict[str, str] = field(default_factory=dict)


def gateway(options: Options, port: str) -> dict[str, object]:
    """The row of the gateway to the SMSC."""
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "system_id": "promo",
        "password": "secret",
        "retry_seconds": "0.05",
        "answer_seconds": str(options.answer_seconds),
        "wait_seconds": str(options.answer_seconds),
        "enquire_seconds": "1",
        **options.settings,
    }
    return {
        "name": "SMSC",
        "kind": "smpp",
        "settings": settings,
        "rate": options.rate,
        "window": options.window,
    }


def account(people: int, seed: int) -> int:
    """Create an account with money and recipients; returns its id."""
    numbers = random.Random(seed).sample(range(1_000_000, 9_999_999), people)
    with transaction() as session:
        account_row = Account(region="PL", balance=10**9, approved_at=now())
        session.add(account_row)
        session.flush()
        session.add(
            LedgerEntry(
                account_id=account_row.id,
                kind=EntryKind.CREDIT,
                amount=10**9,
                reference="credit:faults",
            )
        )
        rows = [_recipient(account_row.id, number, place) for place, number in enumerate(numbers)]
        session.execute(insert(Recipient), rows)
        # Many fail here, and many opt out: no campaign is to pause itself for that.
        session.add(Guard(account_id=account_row.id, failures=0, wishes=0))
        return account_row.id


def _recipient(account_id: int, number: int, place: int) -> dict[str, object]:
    phone_number = f"{START}{number}"
    return {
        "account_id": account_id,
        "phone": phone_number,
        "country": "PL",
        "first_name": "Ola" if place % 8 else LONG_NAME,
        "consent": Consent.GIVEN,
        "search": phone_number,
    }
