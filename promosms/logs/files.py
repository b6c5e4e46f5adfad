"""The two logs with addresses, of requests and of security: a file for each day (UTC).

Several processes append to a file, whole lines per write; what several threads have to say at the
same moment is one write. No process writes to a past day, so its
file can be rewritten safely: addresses are shortened to /24 (IPv4) or /48 (IPv6) after LOG_IP_DAYS,
and the file is deleted after LOG_DAYS.
"""

import json
import os
import threading
from collections import deque
from datetime import UTC, date, datetime
from pathlib import Path

from promosms.logs import schema as log_schema
from promosms.logs.networks import network_of
from promosms.settings import instance_file, settings

REQUESTS, SECURITY = "requests", "security"
NAMES = (REQUESTS, SECURITY)
_waiting: dict[str, deque[str]] = {name: deque() for name in NAMES}
_open: dict[str, tuple[Path, int]] = {}
_lock = threading.Lock()


def write(name: str, line: dict[str, object]) -> None:
    """Add a line to the log of today; on a full disk the line is lost, not the response."""
    content = json.dumps(log_schema.allowed(line, log_schema.WITH_ADDRESS)) + "\n"
    waiting = _waiting[name]
    waiting.append(content)
    # Whoever writes looks again after that: it leaves no line of those who did not wait for it.
    while waiting and _lock.acquire(blocking=False):
        try:
            lines = [waiting.popleft() for _ in range(len(waiting))]
            os.write(_file(name), "".join(lines).encode())
        except OSError:
            continue
        finally:
            _lock.release()


def path(name: str, day: date) -> Path:
    """The file of a day."""
    return instance_file("logs", f"{name}-{day.isoformat()}.log")


def tidy(today: date) -> None:
    """Shorten old addresses, and delete old files; safe to repeat."""
    for name in NAMES:
        for file in path(name, today).parent.glob(f"{name}-????-??-??.log"):
            age = (today - date.fromisoformat(file.stem[-10:])).days
            if age >= settings.log_days:
                file.unlink(missing_ok=True)
            elif age >= settings.log_ip_days:
                _shorten_all(file)


def shortened(address: str) -> str:
    """The network of an address; a network stays as it is, everything else becomes "?"."""
    return network_of(address.partition("/")[0]) or log_schema.ODD


def _shorten_all(file: Path) -> None:
    """Write a new file and replace the old one with it: a killed process leaves the old one."""
    fresh = file.with_suffix(".new")
    changed = False
    with file.open(encoding="utf-8") as old, fresh.open("w", encoding="utf-8") as new:
        for text in old:
            line = _read(text)
            if line is None:
                changed = True
                continue  # an incomplete line: its content cannot be checked
            full = line.get("ip")
            if isinstance(full, str):
                line["ip"] = shortened(full)
                changed |= line["ip"] != full
            new.write(json.dumps(line) + "\n")
    if changed:
        fresh.chmod(0o600)
        fresh.replace(file)
    else:
        fresh.unlink()


def _read(text: str) -> dict[str, object] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _file(name: str) -> int:
    """The file descriptor of today."""
    today = path(name, datetime.now(UTC).date())
    opened = _open.get(name)
    if opened is not None:
        if opened[0] == today:
            return opened[1]
        os.close(opened[1])
    number = os.open(today, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    _open[name] = today, number
    return number


def close() -> None:
    """Close the files; the next line opens them again."""
    with _lock:
        for _path, number in _open.values():
            os.close(number)
        _open.clear()
