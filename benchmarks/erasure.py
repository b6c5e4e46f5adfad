"""How long the erasure of an account with a million recipients and a million texts takes.

    python -m benchmarks.erasure [--recipients 1000000] [--database postgresql]

From the decision to the signed certificate: rows, files and the rewriting of the database's files.
A second account of a tenth of the size stays.
"""

import argparse
import os
import time
from collections.abc import Callable

from sqlalchemy import func, select

from benchmarks.installation import account, database, fill, running_installation, say
from promosms.db import overwrite_files
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import erasure as job
from promosms.models import (
    Account,
    Campaign,
    ListRecipient,
    Message,
    MessagePart,
    Recipient,
    RecipientList,
    now,
)
from promosms.services.installation import defaults
from promosms.services.privacy import erase_rows, erasure


def main() -> None:
    """Fill, erase, print the seconds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite")
    options = parser.parse_args()
    with (
        database(options.database) as url,
        running_installation(url) as running,
        running.app.app_context(),
    ):
        other_id, erased_id = account("theirs"), account("ours")
        people(other_id, "+48609", options.recipients // 10)
        people(erased_id, "+48601", options.recipients)
        db.session.remove()
        say("load of the machine", os.getloadavg()[0])
        _watch()
        begun = time.monotonic()
        erasure.begin(erased_id, "benchmark")
        say("shut, seconds", f"{time.monotonic() - begun:.1f}")
        while db.session.get(Account, erased_id) is not None:
            db.session.rollback()
            job.run(erased_id)
        say("gone, seconds", f"{time.monotonic() - begun:.1f}")
        left = db.session.scalar(select(func.count()).select_from(Recipient))
        say("recipients of the other account", left)


def people(account_id: int, prefix: str, number: int) -> None:
    """Create recipients on a list, and a finished campaign to all of them."""
    with transaction() as session:
        recipient_list = RecipientList(account_id=account_id, name="All", size=number)
        sent = Campaign(
            account_id=account_id,
            route_id=defaults.default_route().id,
            status="finished",
            n_delivered=number,
        )
        session.add_all([recipient_list, sent])
        session.flush()
        list_id, campaign_id = recipient_list.id, sent.id
    columns = {"account_id": account_id}
    phone = f"='{prefix}' || substr(cast(10000000 + n as text), 2)"
    values = dict.fromkeys(_texts(Recipient), "")
    fill(
        Recipient,
        number,
        values
        | columns
        | {
            "public_id": f"='r{account_id}-' || n",
            "phone": phone,
            "country": "PL",
            "first_name": "='Name ' || n",
            "search": "='name ' || n",
            "consent": "given",
            "created_at": now(),
            "updated_at": now(),
        },
    )
    first = db.session.scalar(select(func.min(Recipient.id)).filter_by(account_id=account_id))
    fill(
        ListRecipient,
        number,
        columns | {"list_id": list_id, "recipient_id": f"=n + {(first or 1) - 1}"},
    )
    before = db.session.scalar(select(func.coalesce(func.max(Message.id), 0)))
    fill(
        Message,
        number,
        columns
        | {
            "id": f"=n + {before}",
            "campaign_id": campaign_id,
            "gateway_id": 1,
            "priority": 2,
            "phone": phone,
            "country": "PL",
            "sender": "Shop",
            "text": "='Hello ' || n || ', come and see what is new in our shop today.'",
            "encoding": "gsm7",
            "parts": 1,
            "price": 300,
            "status": "delivered",
            "reason": "",
            "attempts": 1,
            "unconfirmed": False,
            "created_at": now(),
        },
    )
    part = {"message_id": f"=n + {before}", "number": 1, "gateway_id": 1}
    fill(
        MessagePart,
        number,
        columns | part | {"reference": f"='{account_id}-' || n", "status": "delivered"},
    )


def _texts(model: type[Recipient]) -> list[str]:
    columns = model.__table__.columns
    return [c.name for c in columns if c.default is not None and c.default.arg == ""]


def _watch() -> None:
    """Print the seconds of the two long steps."""
    for module, name in ((erase_rows, "delete_rows"), (overwrite_files, "overwrite")):
        setattr(module, name, _timed(name, getattr(module, name)))


def _timed(name: str, inner: Callable[..., bool]) -> Callable[..., bool]:
    def timed(*args: object) -> bool:
        begun = time.monotonic()
        result = inner(*args)
        say(f"  {name}, seconds", f"{time.monotonic() - begun:.1f}")
        return result

    return timed


if __name__ == "__main__":
    main()
