"""The fork server: imports the application once, then forks a process for each order.

A parent imports everything, once for a run of tests; each installation gets a fork of it, its fork
server, which forks the workers. A fork is safe here: both have one thread and never open the
database. Orders and responses are lines of JSON: `run` forks, `wait` asks for an exit code, `call`
calls a function in the fork server itself, for one that forks others.
"""

import atexit
import ctypes
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from promosms import create_app
from tests.faults import failpoints

ROOT = Path(__file__).parents[2]
PRELOADED = (
    "promosms.jobs.worker",
    "promosms.jobs.prepare",
    "promosms.jobs.receive",
    "promosms.jobs.send",
    "promosms.jobs.tick",
    "promosms.gateways.smpp.gateway",
    "tests.faults.clients",
    "tests.faults.erasing",
    "tests.faults.importing",
    "tests.faults.invoicing",
    "psycopg",
)
PR_SET_PDEATHSIG = 1
SECONDS = 240


class ForkServer:
    """The fork server of one installation; `env` is the environment of its processes."""

    def __init__(self, env: dict[str, str]) -> None:
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(_parent())
        self.file = self.line.makefile("rw")
        self.order(env=env)

    def order(self, **order: Any) -> Any:
        """Give an order; returns the response."""
        self.file.write(f"{json.dumps(order)}\n")
        self.file.flush()
        return json.loads(self.file.readline())

    def close(self) -> None:
        """End the fork server, and with it all its processes."""
        self.line.shutdown(socket.SHUT_WR)
        assert self.file.read() == ""  # it has ended
        self.file.close()
        self.line.close()


@cache
def _parent() -> str:
    """The socket of the parent, which is started at the first use and ends with this process."""
    folder = Path(tempfile.mkdtemp(prefix="pf-fork-"))
    path = folder / "socket"
    parent = subprocess.Popen([sys.executable, "-m", "tests.faults.fork_server", path], cwd=ROOT)

    def end() -> None:
        parent.kill()
        parent.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    limit = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < limit, "the fork server did not start"
        assert parent.poll() is None, "the fork server has ended"
        time.sleep(0.01)
    return str(path)


def main() -> None:
    """Fork a fork server for each connection to the socket."""
    _end_with_parent()
    for name in PRELOADED:
        importlib.import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the fork servers
    path = Path(sys.argv[1])
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path.with_suffix(".new")))
        listener.listen()
        path.with_suffix(".new").rename(path)
        while True:
            line, _ = listener.accept()
            if not os.fork():
                listener.close()
                _serve(line)
                os._exit(0)
            line.close()


def _serve(line: socket.socket) -> None:
    """Execute orders until the connection ends."""
    _end_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with line.makefile("rw") as file:
        os.environ.clear()
        os.environ.update(json.loads(file.readline())["env"])
        app = create_app(pages=False)
        gc.freeze()
        answer: Any = None
        while True:
            file.write(f"{json.dumps(answer)}\n")
            file.flush()
            if not (words := file.readline()):
                return
            order = json.loads(words)
            if "run" in order:
                answer = _run(app, order)
            elif "call" in order:
                answer = _function(order["call"])(app, *order["args"])
            else:
                answer = _state(order["wait"], order["block"])


def _run(app: Flask, order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _prepare(order)
        _function(order["run"])(app, *order["args"])
        code = 0
    except SystemExit:
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _function(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def _prepare(order: dict[str, Any]) -> None:
    _end_with_parent()
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


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _state(pid: int, block: bool) -> int | None:
    """The exit code of a child, below 0 for a signal; None while it runs."""
    try:
        ended, status = os.waitpid(pid, 0 if block else os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if ended else None


if __name__ == "__main__":
    main()
