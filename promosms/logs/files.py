"""The two logs with addresses, of requests and of security: a file for each day (UTC).

Several processes write to a file, each line at once to its end. A day that is over is written to by
nobody any more, so its file can be rewritten safely: addresses are shortened when LOG_IP_DAYS have
passed, to /24 (IPv4) or /48 (IPv6), and the file goes when LOG_DAYS have.
"""

import ipaddress
import json
import os
import threading
from datetime import UTC, date, datetime
from pathlib import Path

from promosms.logs import schema as log_schema
from promosms.settings import instance_file, settings

REQUESTS, SECURITY = "requests", "security"
NAMES = (REQUESTS, SECURITY)
_open: dict[str, tuple[Path, int]] = {}
_lock = threading.Lock()


def write(name: str, line: dict[str, object]) -> None:
    """Add a line to the log of today; a full disk loses it, not the answer to the visitor."""
    content = json.dumps(log_schema.allowed(line, log_schema.WITH_ADDRESS)) + "\n"
    try:
        with _lock:
            os.write(_file(name), content.encode())
    except OSError:
        return


def path(name: str, day: date) -> Path:
    """Where the lines of a day stand."""
    return instance_file("logs", f"{name}-{day.isoformat()}.log")


def tidy(today: date) -> None:
    """Shorten the addresses that are old enough, and delete the files that are. Repeatable."""
    for name in NAMES:
        for file in path(name, today).parent.glob(f"{name}-????-??-??.log"):
            age = (today - date.fromisoformat(file.stem[-10:])).days
            if age >= settings.log_days:
                file.unlink(missing_ok=True)
            elif age >= settings.log_ip_days:
                _shorten_all(file)


def shortened(address: str) -> str:
    """The network of an address; one that is shortened already stays, what is none becomes "?"."""
    try:
        known = ipaddress.ip_address(address.partition("/")[0])
    except ValueError:
        return log_schema.ODD
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped:
        known = known.ipv4_mapped
    return str(ipaddress.ip_network((known, 24 if known.version == 4 else 48), strict=False))


def _shorten_all(file: Path) -> None:
    """Written beside it and put in its place at once: whoever is killed leaves the old one."""
    beside = file.with_suffix(".new")
    changed = False
    with file.open(encoding="utf-8") as old, beside.open("w", encoding="utf-8") as new:
        for text in old:
            line = _read(text)
            if line is None:
                changed = True
                continue  # the half of a line: nobody knows what stands in it
            full = line.get("ip")
            if isinstance(full, str):
                line["ip"] = shortened(full)
                changed |= line["ip"] != full
            new.write(json.dumps(line) + "\n")
    if changed:
        beside.chmod(0o600)
        beside.replace(file)
    else:
        beside.unlink()


def _read(text: str) -> dict[str, object] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _file(name: str) -> int:
    """The open file of today."""
    wanted = path(name, datetime.now(UTC).date())
    known = _open.get(name)
    if known is not None:
        if known[0] == wanted:
            return known[1]
        os.close(known[1])
    number = os.open(wanted, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    _open[name] = wanted, number
    return number


def close() -> None:
    """Let go of the open files; the next line opens them again."""
    with _lock:
        for _path, number in _open.values():
            os.close(number)
        _open.clear()
