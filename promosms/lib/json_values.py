"""Amounts and times as JSON of ours has them: in answers of the API and in what webhooks send."""

from datetime import UTC, datetime

UNIT = 10_000


def amount(value: int) -> str:
    """An amount of 1/10,000 as a decimal string: "0.0750"."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), UNIT)
    return f"{sign}{whole}.{rest:04d}"


def moment(value: datetime) -> str:
    """An aware time in UTC by RFC 3339, with milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
