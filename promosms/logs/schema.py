"""The schema of the logs: the fields of a line, and their patterns.

Other fields cannot be logged, and a value that does not match its pattern becomes "?". There is no
field for phone numbers, names, texts, e-mail addresses, paths or tokens, and a word never has seven
digits in a row, as phone numbers do.
"""

import re
from collections.abc import Mapping

ODD = "?"
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
WORD = re.compile(r"(?!.*\d{7})[A-Za-z0-9_.:/+\-]{1,60}")
EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
PSEUDONYM = re.compile(r"[0-9a-f]{12}|gone")
# The pattern of a route, with names for its arguments: "/campaigns/<public_id>".
ROUTE = re.compile(r"-|/[a-z0-9_./<>:,()\"\-]{0,120}")
FULL_IPV4, FULL_IPV6 = r"\d{1,3}(\.\d{1,3}){3}", r"[0-9a-f:.]{2,45}"
FRAME = r"[A-Za-z0-9_/]{1,80}\.py:\d{1,6} [A-Za-z0-9_<>]{1,60}"
ADDRESS = re.compile(rf"({FULL_IPV4}|{FULL_IPV6})(/24|/48)?")

FIELDS: Mapping[str, re.Pattern[str]] = {
    "at": MOMENT,
    "level": re.compile("debug|info|warning|error|critical"),
    "event": EVENT,
    "source": WORD,  # the library that wrote the line: gunicorn, rq
    "where": WORD,  # file and line of the code
    "error": WORD,  # the class of an exception, never its message
    "cause": WORD,  # the class of the exception from which it came
    "frames": re.compile(rf"{FRAME}( > {FRAME}){{0,9}}"),  # of our own code, the innermost last
    "account": PSEUDONYM,
    "incident": re.compile("[0-9A-Za-z-]{4,36}"),  # what the error page shows
    **dict.fromkeys(("campaign", "gateway", "import_id", "invoice", "count", "pid"), NUMBER),
    **dict.fromkeys(("seconds", "ms"), NUMBER),
    **dict.fromkeys(("job", "queue", "code", "endpoint", "status"), WORD),
    "method": re.compile("GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|OTHER"),
    "route": ROUTE,
}
"""The fields of every log."""
ALWAYS = ("at", "level", "event")
"""The fields that every line has."""
WITH_ADDRESS: Mapping[str, re.Pattern[str]] = {**FIELDS, "ip": ADDRESS}
"""The fields of the logs of requests and of security."""


def allowed(
    values: Mapping[str, object], fields: Mapping[str, re.Pattern[str]] = FIELDS
) -> dict[str, object]:
    """The values that may be logged; a value that does not match becomes "?"."""
    return {
        name: value if fields[name].fullmatch(str(value)) else ODD
        for name, value in values.items()
        if name in fields
    }


def problems(
    line: Mapping[str, object], fields: Mapping[str, re.Pattern[str]] = FIELDS
) -> list[str]:
    """What is wrong with a line: fields that are missing, unknown, or odd."""
    missing = [f"{name} is missing" for name in ALWAYS if name not in line]
    unknown = [f"{name} is unknown" for name in line if name not in fields]
    odd = [
        f"{name} is odd"
        for name, value in line.items()
        if name in fields and value != ODD and not fields[name].fullmatch(str(value))
    ]
    return missing + unknown + odd
