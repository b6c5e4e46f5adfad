"""Logs: one JSON line per event, with fields from an allow-list only (schema.py).

Of an exception the class, a reason code and the frames of our own code are logged, never values or
the message, which may quote data; of the lines of libraries only the logger and the place. Each
warning and error has a `code`. JSON escapes control characters, so no input can
end a line or start a new one.
"""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType

from flask import Flask

from promosms.logs import reasons
from promosms.logs import schema as log_schema

# Messages of libraries, and their events in our log.
LIBRARY_EVENTS = {
    "Starting gunicorn %s": "web.starting",
    "Listening at: %s (%s)": "web.listening",
    "Booting worker with pid: %s": "web.worker_started",
    "Worker exiting (pid: %s)": "web.worker_ended",
    "WORKER TIMEOUT (pid:%s)": "web.worker_hung",
    "Handling signal: %s": "web.signal",
    "Shutting down: %s": "web.ended",
}
OTHER, CRASH = "other.line", "process.crash"
LIBRARY = "library"  # the code of what a library complains about


class Formatter(logging.Formatter):
    """Time, level, event and the allowed fields of a record."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": moment(record.created),
            "level": record.levelname.lower(),
            "event": _event(record),
            **{name: value for name, value in vars(record).items() if name in log_schema.FIELDS},
        }
        if line["event"] == OTHER:
            line |= {"source": record.name, "where": f"{record.filename}:{record.lineno}"}
            if record.levelno >= logging.WARNING:
                line["code"] = LIBRARY
        if record.exc_info and record.exc_info[0] is not None:
            line = _reason(*record.exc_info[1:]) | line
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(log_schema.allowed(line), default=str)


def init_app(app: Flask) -> None:
    """Send the application's own log to standard error in this form."""
    logger = logging.getLogger("promosms")
    if not logger.handlers:
        logger.addHandler(_to_stderr())
        logger.setLevel(logging.INFO)
        logger.propagate = False
    app.logger.handlers = logger.handlers
    app.logger.propagate = False


def take_over() -> None:
    """Log everything of this process in this form: libraries, warnings, and crashes."""
    root = logging.getLogger()
    root.handlers = [_to_stderr()]
    # Also our own: a process that was forked may have another standard error.
    if ours := logging.getLogger("promosms").handlers:
        ours[:] = root.handlers
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _crashed
    threading.excepthook = lambda args: _crashed(args.exc_type, args.exc_value, args.exc_traceback)


def get(name: str) -> logging.Logger:
    """The logger of a module."""
    return logging.getLogger(name if name.startswith("promosms") else f"promosms.{name}")


def moment(seconds: float) -> str:
    """A time (seconds since 1970) as in logs."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _to_stderr() -> logging.Handler:
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(Formatter())
    return stream


def _event(record: logging.LogRecord) -> str:
    message = str(record.msg)
    if record.name.split(".")[0] == "promosms" and log_schema.EVENT.fullmatch(message):
        return message
    return LIBRARY_EVENTS.get(message, OTHER)


def _reason(error: BaseException | None, trace: TracebackType | None) -> dict[str, object]:
    """The code, unless the caller gives one, the frames of our code, and the first error."""
    found = {
        "code": reasons.code_of(error),
        "frames": reasons.frames_of(trace),
        "cause": reasons.cause_of(error),
    }
    return {name: value for name, value in found.items() if value}


def _crashed(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
        get("process").critical(CRASH, exc_info=(kind, error, trace))


def _where(trace: TracebackType | None) -> str:
    place = ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
