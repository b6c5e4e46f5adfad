"""Logs: one JSON line per event, with fields from an allow-list only.

Numbers, names, texts and addresses have no field here, so they cannot be logged by mistake.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from flask import Flask

FIELDS = frozenset(
    (
        *("account", "campaign", "gateway", "import_id", "invoice", "job", "queue"),
        *("code", "count", "endpoint", "error", "method", "pid", "seconds", "status", "where"),
    )
)


class Formatter(logging.Formatter):
    """Time, level, logger, event and the allowed fields of a record."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg if not record.args else str(record.msg),
        }
        line.update({k: v for k, v in vars(record).items() if k in FIELDS})
        if record.exc_info and record.exc_info[0] is not None:
            # The message of an exception may quote data, its type and place never do.
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record)
        return json.dumps(line, default=str)


def init_app(app: Flask) -> None:
    """Send the application's own log to standard error in this form."""
    logger = logging.getLogger("promosms")
    if not logger.handlers:
        stream = logging.StreamHandler(sys.stderr)
        stream.setFormatter(Formatter())
        logger.addHandler(stream)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    app.logger.handlers = logger.handlers
    app.logger.propagate = False


def get(name: str) -> logging.Logger:
    """The logger of a module."""
    return logging.getLogger(name if name.startswith("promosms") else f"promosms.{name}")


def _where(record: logging.LogRecord) -> str:
    trace = record.exc_info[2] if record.exc_info else None
    place = ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
