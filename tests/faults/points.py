"""The named steps at which a process can be hit. The one place that knows names of the product.

Nothing in the product knows of this: a forked process wraps its functions before it starts.
"""

import asyncio
import functools
import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from mmap import mmap
from pathlib import Path
from typing import Any, NamedTuple


class Step(NamedTuple):
    """A step of a process: a function, by module and name, and the moment before or after it.

    `open` says that a text may be on its way at this moment: only there a kill may leave texts
    unconfirmed. The hit comes at one of the first `calls` calls.
    """

    process: str
    target: str
    moment: str
    open: bool = False
    calls: int = 3

    def __str__(self) -> str:
        module, _, name = self.target.partition(":")
        return f"{self.moment} {module.rpartition('.')[2]}:{name}"


GATEWAY, WORK, RECEIVE, TICK = QUEUES = "gateway-1", "work", "receive", "tick"
SESSION = "promosms.gateways.smpp.session:Session."
STEPS = (
    # Nothing is under way at the first of these.
    Step(GATEWAY, "promosms.services.sending.exchange:record_and_claim", "before", calls=1),
    Step(GATEWAY, "promosms.services.sending.claiming:_claim", "before", calls=1),
    Step(GATEWAY, "promosms.services.sending.claiming:_claim", "after", calls=1),
    Step(GATEWAY, "promosms.services.sending.exchange:record_and_claim", "after", True, 6),
    Step(GATEWAY, "promosms.gateways.connection:GatewayConnection.start", "before", True, 6),
    Step(GATEWAY, "promosms.gateways.connection:GatewayConnection._start", "before", True, 6),
    Step(GATEWAY, "promosms.gateways.connection:GatewayConnection._start", "after", True, 6),
    Step(GATEWAY, SESSION + "submit", "before", True, 20),
    Step(GATEWAY, SESSION + "_flush", "before", True, 6),
    Step(GATEWAY, SESSION + "_flush", "after", True, 6),
    Step(GATEWAY, SESSION + "_take_answer", "before", True, 20),
    Step(GATEWAY, SESSION + "_take_answer", "after", True, 20),
    Step(GATEWAY, "promosms.gateways.connection:GatewayConnection.collect", "after", True, 6),
    Step(GATEWAY, "promosms.services.sending.recording:record", "before", True, 6),
    Step(GATEWAY, "promosms.services.sending.recording:_insert_parts", "after", True),
    Step(GATEWAY, "promosms.services.sending.recording:record", "after", True, 6),
    Step(GATEWAY, "promosms.services.sending.counters:CounterDeltas.write", "after", True, 6),
    Step(GATEWAY, "promosms.services.inbox.gateway_inbox:store", "before", True),
    Step(GATEWAY, "promosms.services.inbox.inbox_rows:insert_receipts", "after", True),
    Step(GATEWAY, "promosms.services.inbox.gateway_inbox:store", "after", True),
    Step(RECEIVE, "promosms.services.inbox.gateway_inbox:apply_batch", "before"),
    Step(RECEIVE, "promosms.services.inbox.receipts:apply", "before"),
    Step(RECEIVE, "promosms.services.inbox.receipts:_write", "after"),
    Step(RECEIVE, "promosms.services.inbox.receipts:_end", "after"),
    Step(RECEIVE, "promosms.services.inbox.receipts:apply", "after"),
    Step(RECEIVE, "promosms.services.inbox.gateway_inbox:apply_batch", "after"),
    Step(TICK, "promosms.services.sending.sweep:take_back_leases", "before"),
    Step(TICK, "promosms.services.sending.sweep:_give_up", "after"),
    Step(TICK, "promosms.services.sending.sweep:take_back_leases", "after"),
    Step(TICK, "promosms.services.sending.sweep:finish_campaigns", "before"),
    Step(TICK, "promosms.services.sending.sweep:finish_campaigns", "after"),
    Step(WORK, "promosms.services.campaigns.preparation:_insert_page", "before", calls=1),
    Step(WORK, "promosms.services.campaigns.preparation:_still_preparing", "after", calls=1),
    Step(WORK, "promosms.services.campaigns.preparation:_insert", "after", calls=1),
    Step(WORK, "promosms.services.campaigns.preparation:_insert_page", "after", calls=1),
    Step(WORK, "promosms.services.ledger.ledger:hold", "before", calls=1),
    Step(WORK, "promosms.services.ledger.ledger:hold", "after", calls=1),
    Step(WORK, "promosms.services.campaigns.preparation:_open", "after", calls=1),
)
CLAIM = "promosms.services.sending.claiming:take"
REPLY = "promosms.services.inbox.gateway_inbox:_apply_reply"
SUPPRESS = "promosms.services.sending.opt_outs:suppress"
NOW = "promosms.models.base:now"


@dataclass(frozen=True)
class Hit:
    """What is to happen at the n-th call of a step: SIGKILL or SIGSTOP."""

    target: str
    moment: str
    call: int
    signal: int = signal.SIGKILL

    def arm(self) -> None:
        """Wrap the function of this process."""
        calls = 0

        def hit() -> None:
            nonlocal calls
            calls += 1
            if calls == self.call:
                os.kill(os.getpid(), self.signal)

        wrap(self.target, **{self.moment: lambda *_: hit()})


def nothing(*_: object) -> None:
    """Do nothing."""


def wrap(
    target: str,
    before: Callable[..., object] = nothing,
    after: Callable[..., object] = nothing,
) -> None:
    """Call `before(*arguments)` and `after(found, *arguments)` around a function."""
    owner, name = _find(target)
    inner = getattr(owner, name)

    @functools.wraps(inner)
    def around(*given: Any, **named: Any) -> Any:
        before(*given)
        found = inner(*given, **named)
        after(found, *given)
        return found

    @functools.wraps(inner)
    async def around_async(*given: Any, **named: Any) -> Any:
        before(*given)
        found = await inner(*given, **named)
        after(found, *given)
        return found

    wrapped = around_async if asyncio.iscoroutinefunction(inner) else around
    setattr(owner, name, wrapped)
    if not isinstance(owner, type):
        _everywhere(inner, wrapped)


def witness_claims(folder: Path) -> None:
    """Append the token of each claim of this process to a file of its own, before it commits."""
    path = folder / f"claims-{os.getpid()}"
    known: set[str] = set()

    def note(found: Any, claim: Any, *_: object) -> None:
        if found and claim.token not in known:
            known.add(claim.token)
            with path.open("a") as file:
                file.write(f"{claim.token}\n")

    wrap(CLAIM, after=note)


def witness_opt_outs(path: Path) -> None:
    """Write down when the opt-outs of a reply had been committed."""
    phones: list[str] = []

    def note(*_: object) -> None:
        moment = time.monotonic_ns()
        with path.open("a") as file:
            file.writelines(f"{moment} {phone}\n" for phone in phones)
        phones.clear()

    wrap(SUPPRESS, before=lambda _session, _account, phone, *_: phones.append(phone))
    wrap(REPLY, before=lambda *_: phones.clear(), after=note)


def shift_clock(path: Path) -> None:
    """Let the clocks of this process go wrong by the seconds that stand in a file."""
    with path.open("r+b") as file:
        shared = mmap(file.fileno(), 16)
    owner, name = _find(NOW)
    true_now, true_time = getattr(owner, name), time.time

    def seconds() -> float:
        return float(shared[:16].decode())

    def now() -> Any:
        return true_now() + timedelta(seconds=seconds())

    _everywhere(true_now, now)
    time.time = lambda: true_time() + seconds()


def set_clock(path: Path, seconds: float) -> None:
    """The other side of `shift_clock`; makes the file."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.write(f"{seconds:<16.1f}".encode())


def _find(target: str) -> tuple[Any, str]:
    module, _, name = target.partition(":")
    owner: Any = importlib.import_module(module)
    *holders, last = name.split(".")
    for holder in holders:
        owner = getattr(owner, holder)
    return owner, last


def _everywhere(old: object, new: object) -> None:
    """Replace a function wherever it was imported by name."""
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("promosms"):
            for name, value in list(vars(module).items()):
                if value is old:
                    setattr(module, name, new)


def arm(hits: Sequence[dict[str, Any]]) -> None:
    """Arm what an order of the zygote asks for."""
    for hit in hits:
        Hit(**hit).arm()
