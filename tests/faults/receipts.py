"""Many receipts: repeated, out of order, before the response, intermediate, and foreign ones.

`python -m tests.faults.receipts --receipts 50000 --seed 1 [--database postgresql]`
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, insert, select, update

from promosms import create_app
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways import WEBHOOKS
from promosms.gateways.base import WebhookRequest, WebhookTopic
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayInboxRow,
    Message,
    MessagePart,
    MessageStatus,
    now,
)
from promosms.services.inbox import gateway_inbox
from promosms.services.installation import defaults
from tests.support import postgres

MOST_PARTS = 3
PER_MESSAGE = 4.0  # receipts, on average
ENDS = ("delivered", "delivered", "delivered", "delivered", "failed", "expired")
ON_THE_WAY = ("accepted", "buffered", "unknown")
STATUSES = {"delivered": "delivered", "failed": "undelivered", "expired": "expired"}
BEGUN = (MessageStatus.SENT, MessageStatus.SENT, MessageStatus.UNKNOWN, MessageStatus.SENDING)
UNSIGNED = {"api_key": "a", "api_secret": "b", "unsigned": "yes"}
BATCH = 1000


@dataclass
class Text:
    """A message, the references of its parts at the gateway, and their receipts."""

    begun: MessageStatus
    ends: list[str]
    id: int = 0

    @property
    def end(self) -> str:
        """The final status: not delivered if one part is not delivered."""
        lost = [end for end in self.ends if end != "delivered"]
        return STATUSES[lost[0] if lost else "delivered"]

    def reference(self, number: int) -> str:
        """The reference of a part at the gateway."""
        return f"m{self.id}-{number}"


@dataclass
class Findings:
    """The results of a run."""

    receipts: int
    foreign: int
    wrong: int = 0
    counters: bool = False
    left: int = 0
    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def correct(self) -> bool:
        """Every message ends as it should, is counted, and only foreign receipts are left."""
        return not self.wrong and self.counters and self.left == self.foreign


def run(receipts: int, seed: int) -> Findings:
    """Send texts, store receipts in random order, record late responses, check all statuses."""
    chance = random.Random(seed)
    texts = [_text(chance) for _ in range(max(1, int(receipts / PER_MESSAGE)))]
    gateway, campaign = _sent(texts)
    calls, foreign = _calls(chance, texts, receipts)
    findings = Findings(len(calls), foreign)
    began = time.monotonic()
    for start in range(0, len(calls), BATCH):
        _store(gateway, calls[start : start + BATCH])
        if chance.random() < 0.5:
            gateway_inbox.apply_batch()
    _apply()
    _record_late_responses(gateway, [text for text in texts if text.begun == MessageStatus.SENDING])
    _apply()
    findings.seconds = time.monotonic() - began
    return _judge(findings, texts, campaign)


def _text(chance: random.Random) -> Text:
    end, parts = chance.choice(ENDS), chance.randint(1, MOST_PARTS)
    ends = [end if chance.random() < 0.6 else "delivered" for _ in range(parts)]
    return Text(chance.choice(BEGUN), [*ends[:-1], end])


def _calls(
    chance: random.Random, texts: list[Text], receipts: int
) -> tuple[list[dict[str, str]], int]:
    """The webhook calls in a random order; and how many receipts belong to no message."""
    calls = [_final(text, n) for text in texts for n in range(1, len(text.ends) + 1)]
    foreign = receipts // 20
    calls += [_call(f"foreign-{n}", "", "delivered") for n in range(foreign)]
    while len(calls) < receipts:
        text = chance.choice(texts)
        call = _final(text, chance.randint(1, len(text.ends)))
        on_the_way = chance.random() < 0.4
        calls.append({**call, "status": chance.choice(ON_THE_WAY)} if on_the_way else call)
    chance.shuffle(calls)
    return calls, foreign


def _final(text: Text, number: int) -> dict[str, str]:
    our_reference = f"{text.id}-{len(text.ends)}"
    return _call(text.reference(number), our_reference, text.ends[number - 1])


def _call(reference: str, our_reference: str, status: str) -> dict[str, str]:
    return {"messageId": reference, "client-ref": our_reference, "status": status}


def _store(gateway: int, calls: list[dict[str, str]]) -> None:
    events = [
        event
        for call in calls
        for event in WEBHOOKS["vonage"].parse(
            UNSIGNED, WebhookRequest(WebhookTopic.RECEIPT, "", {}, list(call.items()), [], b"", "")
        )
    ]
    gateway_inbox.store(gateway, events)


def _apply() -> None:
    """Apply until nothing is due: receipts without a message are postponed."""
    while gateway_inbox.apply_batch():
        continue
    db.session.rollback()


def _sent(texts: list[Text]) -> tuple[int, int]:
    """Store the messages as the sender leaves them; they are free, so the ledger is not needed."""
    begun = Counter(text.begun for text in texts)
    gateway = db.session.scalars(select(Gateway.id)).first()
    assert gateway is not None
    with transaction() as session:
        account = Account(region="PL", approved_at=now())
        session.add(account)
        session.flush()
        campaign = Campaign(
            account_id=account.id,
            route_id=defaults.default_route().id,
            status=CampaignStatus.SENDING,
            **{f"n_{status}": number for status, number in begun.items()},
        )
        session.add(campaign)
        session.flush()
        rows = [_row(account.id, campaign.id, gateway, n, text) for n, text in enumerate(texts)]
        session.execute(insert(Message), rows)
        query = select(Message.id).where(Message.campaign_id == campaign.id).order_by(Message.phone)
        for text, message_id in zip(texts, session.scalars(query), strict=True):
            text.id = message_id
        _write_parts(gateway, [text for text in texts if text.begun == MessageStatus.SENT])
        return gateway, campaign.id


def _row(account: int, campaign: int, gateway: int, number: int, text: Text) -> dict[str, object]:
    return {
        "account_id": account,
        "campaign_id": campaign,
        "gateway_id": gateway,
        "phone": f"+48{600_000_000 + number}",
        "status": text.begun,
        "parts": len(text.ends),
        "submitted_at": now(),
    }


def _record_late_responses(gateway: int, texts: list[Text]) -> None:
    """Record the responses to these texts after their receipts have arrived."""
    with transaction() as session:
        condition = Message.id.in_([text.id for text in texts])
        session.execute(update(Message).where(condition).values(status=MessageStatus.SENT))
        number = len(texts)
        counted = {"n_sending": Campaign.n_sending - number, "n_sent": Campaign.n_sent + number}
        session.execute(update(Campaign).values(counted))
        _write_parts(gateway, texts)
        session.execute(update(GatewayInboxRow).values(next_attempt_at=now()))


def _write_parts(gateway: int, texts: list[Text]) -> None:
    with transaction() as session:
        account = session.scalars(select(Account.id).order_by(Account.id.desc())).first()
        rows = [
            {
                "message_id": text.id,
                "number": number,
                "account_id": account,
                "gateway_id": gateway,
                "reference": text.reference(number),
            }
            for text in texts
            for number in range(1, len(text.ends) + 1)
        ]
        if rows:
            session.execute(insert(MessagePart), rows)


def _judge(findings: Findings, texts: list[Text], campaign_id: int) -> Findings:
    query = select(Message.id, Message.status).where(Message.campaign_id == campaign_id)
    ended = {row.id: row.status for row in db.session.execute(query)}
    findings.wrong = sum(ended[text.id] != text.end for text in texts)
    findings.statuses = Counter(ended.values())
    campaign = db.session.get_one(Campaign, campaign_id)
    counted = {status.value: getattr(campaign, f"n_{status}") for status in MessageStatus}
    findings.counters = {name: n for name, n in counted.items() if n} == dict(findings.statuses)
    findings.left = db.session.scalar(select(func.count()).select_from(GatewayInboxRow)) or 0
    return findings


@contextmanager
def _own_database(kind: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="pr-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'receipts.sqlite3'}"
            return
        with postgres.server(folder) as server:
            yield server.url


def main() -> int:
    """Run once on an empty database; fail on any wrong status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.receipts", description=__doc__)
    parser.add_argument("--receipts", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    with _own_database(options.database) as url:
        app = create_app({"DATABASE_URL": url, "REDIS_URL": "memory://", "SECRET_KEY": "x" * 40})
        with app.app_context():
            db.create_all()
            defaults.ensure_defaults()
            findings = run(options.receipts, options.seed)
            db.session.remove()
            db.engine.dispose()
    sys.stdout.write(f"seed {options.seed}, {options.database}: {findings}\n")
    return 0 if findings.correct else 1


if __name__ == "__main__":
    sys.exit(main())
