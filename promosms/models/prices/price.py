"""Prices: what a part costs, by route, country, prefix, tier and day."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime
from promosms.models.processing import NotPersonal
from promosms.models.registry import NOBODYS, WITH_INSTALLATION

# `valid_from` of a price without a beginning.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
ALWAYS = "1970-01-01 00:00:00"


class Price(Model):
    """Net price of one part, in 1/10,000 of the currency; withdrawn if `amount` is empty.

    `prefix` is the first digits of the number without the + (empty: the whole country); the
    longest one that fits wins. `tier_from` is the net amount of a top-up in 1/10,000; the highest
    one that is reached wins. Of the valid entries the latest wins. After a withdrawn entry the
    next shorter prefix or lower tier counts. Rows that were valid once are never changed, so the
    table is its own history.
    """

    __tablename__ = "prices"
    __table_args__ = (
        UniqueConstraint("route_id", "country", "prefix", "tier_from", "valid_from"),
        CheckConstraint("amount >= 0 AND tier_from >= 0", name="amounts"),
    )
    privacy = Privacy.SYSTEM
    export = NOBODYS
    retention = WITH_INSTALLATION
    processing = NotPersonal("What the operator charges.")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    route_id: Mapped[int] = mapped_column(ForeignKey("routes.id"))
    country: Mapped[str] = mapped_column(String(2))
    prefix: Mapped[str] = mapped_column(String(12), default="", server_default="")
    tier_from: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    valid_from: Mapped[datetime] = mapped_column(
        UtcDateTime, default=BEGINNING, server_default=ALWAYS
    )
    amount: Mapped[int | None] = mapped_column(BigInteger)
    # Of the figure, when it was written; "" in old rows, where nobody knows it.
    currency: Mapped[str] = mapped_column(String(3), default="", server_default="")
