"""Why something has failed: a stable code for an exception, and the frames of our own code.

Nothing here reads the message of an exception: it may quote numbers, texts and addresses. Classes
are recognised by their names, so that no library is loaded for it.
"""

import errno
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

PACKAGE = str(Path(__file__).resolve().parents[1]) + "/"
MOST_FRAMES = 8  # the innermost ones
UNEXPECTED = "unexpected"
# By the name of a class or of one it comes from; the first of its line of classes decides.
CODES = {
    "JobTimeoutException": "over_time",
    "RedisError": "redis",
    "IntegrityError": "database_conflict",
    "OperationalError": "database",
    "InterfaceError": "database",
    "SQLAlchemyError": "database_error",
    "Unavailable": "stripe_unavailable",
    "StripeError": "stripe_refused",
    "SMTPRecipientsRefused": "smtp_recipient",
    "SMTPServerDisconnected": "smtp_disconnected",
    "SMTPException": "smtp",
    "Broken": "connection_lost",  # a session of SMPP, before its answer
    "NoAnswer": "no_answer",
    "TimeoutException": "timeout",  # of HTTP, as the next one
    "TransportError": "connection_lost",
    "BadSettings": "settings",
    "SettingError": "settings",
    "KeyChanged": "secret_key_changed",
    "ConfigError": "settings",
    "SSLError": "tls",
    "gaierror": "unknown_host",
    "TimeoutError": "timeout",
    "ConnectionRefusedError": "connection_refused",
    "ConnectionError": "connection_lost",
    "IncompleteReadError": "connection_lost",
    "FileNotFoundError": "file_missing",
    "MemoryError": "memory",
}


def code_of(error: BaseException | None) -> str:
    """A stable code, such as "database", "smtp_550", or "unexpected" for an error of ours."""
    names = [kind.__name__ for kind in type(error).__mro__]
    if "RedisError" in names:
        return CODES["RedisError"]
    if "SMTPResponseException" in names:
        return f"smtp_{getattr(error, 'smtp_code', 0)}"
    if "GatewayError" in names:
        return str(getattr(error, "reason", UNEXPECTED))
    if known := next((CODES[name] for name in names if name in CODES), ""):
        return known
    number = error.errno if isinstance(error, OSError) else None
    return errno.errorcode.get(number or 0, UNEXPECTED).lower()


def cause_of(error: BaseException | None) -> str:
    """The class of the first error in the chain; empty if there is no chain."""
    first, seen = error, {id(error)}
    while first is not None:
        before = first.__cause__ or (None if first.__suppress_context__ else first.__context__)
        if before is None or id(before) in seen:
            break
        seen.add(id(before))
        first = before
    return "" if first is error else type(first).__name__


def frames_of(trace: TracebackType | None) -> str:
    """The frames of our own code, the innermost last: "jobs/mail.py:31 _send > …"."""
    return " > ".join(list(_frames(trace))[-MOST_FRAMES:])


def _frames(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(PACKAGE):
            path = code.co_filename.removeprefix(PACKAGE)
            yield f"{path}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
