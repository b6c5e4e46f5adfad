"""The fork server: imports the application once, then forks a process for each order.

A fork is safe here: this process has one thread and never opens the database. Orders and responses
are lines of JSON on its standard input and output: `run` forks, `wait` asks for an exit code.
"""

import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from flask import Flask

from promosms import create_app
from tests.faults import failpoints

PRELOADED = (
    "promosms.jobs.worker",
    "promosms.jobs.prepare",
    "promosms.jobs.receive",
    "promosms.jobs.send",
    "promosms.jobs.tick",
    "promosms.gateways.smpp.gateway",
    "tests.faults.clients",
    "psycopg",
)
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Execute orders until the input ends; the children end with this process."""
    app = create_app()
    for name in PRELOADED:
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        answer = _run(app, order) if "run" in order else _state(order["wait"], order["block"])
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def _run(app: Flask, order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _prepare(order)
        module, _, name = order["run"].partition(":")
        getattr(importlib.import_module(module), name)(app, *order["args"])
        code = 0
    except SystemExit:
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _prepare(order: dict[str, Any]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    folder = Path(order["folder"])
    failpoints.witness_claims(folder)
    failpoints.witness_opt_outs(folder / "stopped")
    if order["clock"]:
        failpoints.shift_clock(Path(order["clock"]))
    failpoints.arm(order["hits"])


def _state(pid: int, block: bool) -> int | None:
    """The exit code of a child, below 0 for a signal; None while it runs."""
    try:
        ended, status = os.waitpid(pid, 0 if block else os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if ended else None


if __name__ == "__main__":
    main()
