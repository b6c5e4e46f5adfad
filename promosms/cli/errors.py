"""Errors of commands: what the operator can mend is one line that says what to do.

Exit codes are those of click: 2 for a command that is written wrongly, 1 for all else.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from click.exceptions import NoArgsIsHelpError
from redis import RedisError
from sqlalchemy.exc import DBAPIError

from promosms.db import failures
from promosms.settings import ConfigError

# Their errors go to the log, with the place: see `main`.
PROCESSES = ("worker", "tick")


@contextmanager
def in_one_line() -> Iterator[None]:
    """End with one line instead of a traceback; errors of the program itself pass."""
    try:
        yield
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _end(_line(error), error.exit_code)
    except click.Abort:
        _end("Ended.")
    except ConfigError as error:
        _end(str(error))
    except DBAPIError as error:
        _end_or_raise(failures.line_of(error), error)
    except RedisError as error:
        _end_or_raise("Redis does not answer. Check REDIS_URL.", error)


def _line(error: click.ClickException) -> str:
    """The message, and where the right words stand."""
    message = " ".join(error.format_message().split())
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return message
    end = "" if message.endswith((".", "?", ")")) else "."
    words = context.command_path.split()[1:]
    return f"{message}{end} See: {' '.join(('scripts/run', *words))} --help"


def _end_or_raise(line: str, error: Exception) -> None:
    if not line or sys.argv[1:2] in ([name] for name in PROCESSES):
        raise error
    _end(line)


def _end(line: str, code: int = 1) -> None:
    click.echo(f"Error: {line}", err=True)
    sys.exit(code)
