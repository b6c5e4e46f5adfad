"""Failpoints: named steps at which a process is killed or stopped.

The application does not know them: a forked process wraps its functions before it starts.
Only this module contains names of its functions.
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

    `open`: a text may be in flight at this moment; only then a kill may leave texts
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
    # No text is in flight at the first call of these.
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
    """The signal at the n-th call of a step: SIGKILL or SIGSTOP."""

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
    """Call `before(*arguments)` and `after(result, *arguments)` around a function."""
    owner, name = found(target)
    inner = getattr(owner, name)

    @functools.wraps(inner)
    def around(*args: Any, **named: Any) -> Any:
        before(*args)
        result = inner(*args, **named)
        after(result, *args)
        return result

    @functools.wraps(inner)
    async def around_async(*args: Any, **named: Any) -> Any:
        before(*args)
        result = await inner(*args, **named)
        after(result, *args)
        return result

    wrapped = around_async if asyncio.iscoroutinefunction(inner) else around
    setattr(owner, name, wrapped)
    if not isinstance(owner, type):
        _everywhere(inner, wrapped)


def witness_claims(folder: Path) -> None:
    """Append the token of each claim of this process to a file before it commits."""
    path = folder / f"claims-{os.getpid()}"
    tokens: set[str] = set()

    def note(rows: Any, claim: Any, *_: object) -> None:
        if rows and claim.token not in tokens:
            tokens.add(claim.token)
            with path.open("a") as file:
                file.write(f"{claim.token}\n")

    wrap(CLAIM, after=note)


def witness_opt_outs(path: Path) -> None:
    """Write down when the opt-outs of a reply were committed."""
    phones: list[str] = []

    def note(*_: object) -> None:
        moment = time.monotonic_ns()
        with path.open("a") as file:
            file.writelines(f"{moment} {phone}\n" for phone in phones)
        phones.clear()

    wrap(SUPPRESS, before=lambda _session, _account, phone, *_: phones.append(phone))
    wrap(REPLY, before=lambda *_: phones.clear(), after=note)


def shift_clock(path: Path) -> None:
    """Shift the clocks of this process by the seconds in a file."""
    with path.open("r+b") as file:
        shared = mmap(file.fileno(), 16)
    owner, name = found(NOW)
    true_now, true_time = getattr(owner, name), time.time

    def seconds() -> float:
        return float(shared[:16].decode())

    def now() -> Any:
        return true_now() + timedelta(seconds=seconds())

    _everywhere(true_now, now)
    time.time = lambda: true_time() + seconds()


def set_clock(path: Path, seconds: float) -> None:
    """Write the file of `shift_clock`."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.write(f"{seconds:<16.1f}".encode())


def found(target: str) -> tuple[Any, str]:
    """The owner of a function, a module or a class, and its name."""
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
    """Arm the hits of an order of the fork server."""
    for hit in hits:
        Hit(**hit).arm()
