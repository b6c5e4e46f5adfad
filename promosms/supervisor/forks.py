"""Processes that are forked from the supervisor, which has loaded the application for all of them.

They share its memory, and are there at once. A connection or a thread must not be shared: SQLite
keeps its locks in the memory of a process, and a lock that another thread holds stays locked in the
child for ever. So the supervisor has none: what needs the database before is done `apart`.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from subprocess import TimeoutExpired
from typing import IO, Any, TextIO, TypeVar

from sqlalchemy import Engine, event

from promosms import logs
from promosms.logs import CRASH, take_over

log = logs.get(__name__)
CONTEXT = multiprocessing.get_context("fork")
# What the supervisor listens to.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Answer = TypeVar("Answer")


class NotAlone(Exception):
    """The process has threads or connections, which a child would believe to be its own."""


class Forked:
    """A forked process, with what the supervisor uses of `subprocess.Popen`."""

    def __init__(self, name: str, program: Callable[[], None], output: IO[bytes]) -> None:
        be_alone()
        self.process = CONTEXT.Process(
            target=_run, args=(name, program, output.fileno(), os.getpid())
        )
        self.process.start()
        self.pid: int = self.process.pid or 0

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self.process.exitcode

    def poll(self) -> int | None:
        """The same, after a look."""
        return self.process.exitcode

    def terminate(self) -> None:
        """SIGTERM, unless it has ended."""
        self.process.terminate()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; returns the exit code. Raises TimeoutExpired."""
        self.process.join(timeout)
        code = self.process.exitcode
        if code is None:
            raise TimeoutExpired(self.process.name, timeout or 0.0)
        return code


def apart(work: Callable[[], Answer]) -> Answer:
    """What `work` returns; it runs in a process of its own, which then ends.

    Raises what `work` raises, with the places of its code as a note, and SystemExit if the process
    ends without an answer.
    """
    be_alone()
    reader, writer = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_answer, args=(work, writer))
    process.start()
    writer.close()
    try:
        answer, error = reader.recv()
    except EOFError:
        process.join()
        raise SystemExit(process.exitcode or 1) from None
    finally:
        reader.close()
    process.join()
    if error is not None:
        raise error
    result: Answer = answer
    return result


def be_alone() -> None:
    """Raises NotAlone if this process has threads."""
    if threading.active_count() > 1:
        raise NotAlone(", ".join(thread.name for thread in threading.enumerate()))


def forbid_connections(engine: Engine) -> None:
    """From now on this process cannot connect to the database; its children can. See NotAlone."""
    supervisor = os.getpid()

    def refuse(*_: Any) -> None:
        if os.getpid() == supervisor:
            raise NotAlone(f"a connection to {engine.url.database}")

    event.listen(engine, "do_connect", refuse, insert=True)


def share_memory() -> None:
    """Keep in one piece what is loaded by now: a search for cycles would write to all of it."""
    gc.collect()
    gc.freeze()


def _run(name: str, program: Callable[[], None], output: int, supervisor: int) -> None:
    """The life of a child: what it has of the supervisor ends here, but for its memory."""
    os.setpgid(0, 0)  # Ctrl-C reaches the supervisor only, which ends them in order
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    end_with_parent()
    if os.getppid() != supervisor:
        return
    name_process(name)
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.stdout, sys.stderr = _writing(1), _writing(2)
    take_over()
    try:
        program()
    except Exception:
        log.critical(CRASH, exc_info=True)  # without this it would be printed with its values
        sys.exit(1)


def _writing(number: int) -> TextIO:
    return open(number, "w", buffering=1, encoding="utf-8", closefd=False)


def _answer(work: Callable[[], object], writer: Connection) -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    end_with_parent()
    try:
        writer.send((work(), None))
    except Exception as error:
        error.add_note("".join(traceback.format_tb(error.__traceback__)))
        try:
            writer.send((None, error))
        except Exception:  # it cannot be sent
            log.critical(CRASH, exc_info=error)
            sys.exit(1)


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies (Linux)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def name_process(name: str) -> None:
    """Let `ps` and `top` show what this process is, up to 15 characters (Linux)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_NAME, name.encode()[:15])


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None


LIBC = _libc()
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
