"""Lines of the log that are written meanwhile."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from promosms import logs
from promosms.logs import schema as log_schema

PHONE, MAIL = "+48601987001", "qzulowimek@example.com"


@contextmanager
def heard(*names: str) -> Iterator[list[dict[str, object]]]:
    """The lines that these loggers write meanwhile; each follows the schema and holds no data."""
    stream, lines = io.StringIO(), list[dict[str, object]]()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Formatter())
    loggers = [logging.getLogger(name) for name in names or ("promosms",)]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield lines
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    lines += [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [found for line in lines for found in log_schema.problems(line)] == []
    assert "?" not in [value for line in lines for value in line.values()]
    for datum in (PHONE[1:], MAIL.split("@")[0]):
        assert datum not in stream.getvalue()
