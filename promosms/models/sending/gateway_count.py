"""Gateway counts: how many texts each gateway has taken, delivered and not, and when."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime
from promosms.models.processing import NotPersonal
from promosms.models.registry import NO_RIGHTS, NOBODYS, Retention

QUARTER = timedelta(minutes=15)
"""Texts are counted by quarters of an hour: the days of every time zone begin with one."""
RETENTION = Retention("its quarter of an hour", by="gateway counts", limit=timedelta(days=100))


class GatewayCount(Model):
    """Texts of a gateway in a quarter of an hour that begins at `quarter`.

    `sent`: taken by the gateway then. `delivered` and `failed`: their result was known then. The
    counts are those of all texts, of every account; they stay when the texts are deleted.
    """

    __tablename__ = "gateway_counts"
    privacy = Privacy.SYSTEM
    customer_rights = NO_RIGHTS
    export = NOBODYS
    retention = RETENTION
    processing = NotPersonal("How many texts left by each gateway, of all accounts together.")

    quarter: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    gateway_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sent: Mapped[int] = mapped_column(Integer, default=0)
    delivered: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)


class GatewayCountChange(Model):
    """What one transaction adds to the counts of a gateway.

    A row of its own in the same transaction: many workers add at once, and none waits for another.
    The sweep adds the rows to the counts and deletes them.
    """

    __tablename__ = "gateway_count_changes"
    privacy = Privacy.SYSTEM
    customer_rights = NO_RIGHTS
    export = NOBODYS
    retention = Retention("the next round of the sweep", by="gateway_counts.fold")
    processing = NotPersonal("How many texts left by each gateway, of all accounts together.")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quarter: Mapped[datetime] = mapped_column(UtcDateTime)
    gateway_id: Mapped[int] = mapped_column(BigInteger)
    sent: Mapped[int] = mapped_column(Integer, default=0)
    delivered: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
