"""Erasures: how far an account that leaves is gone, and the certificate its owner takes away."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import DATA_RIGHTS, Processing
from promosms.models.registry import N_, NOBODYS, Retention


class Erasure(Model):
    """Figures and times only; it stays for a week after the end, then nothing is left of it.

    `account` is the random id of the account, `link_hash` the SHA-256 of the link that shows this
    page without signing in. `counts` is how many rows have gone from each table, written in the
    transaction in which they went; `total` is how many there were at the beginning, about. `kept`
    are the invoices that the law keeps: how many until which day. At the end all of this stands in
    the certificate alone, sealed with `seal_key` (services/privacy/certificate_seal.py): the
    figures are emptied, and `account` is then the id of the erasure itself.
    """

    __tablename__ = "erasures"
    privacy = Privacy.SYSTEM
    export = NOBODYS
    retention = Retention(
        "it is finished",
        by="erasures",
        limit=timedelta(days=7),
        words=N_("%(time)s after the end of the deletion."),
    )
    processing = Processing(
        DATA_RIGHTS,
        N_(
            "The record of a deletion: random names, times, how many rows went, and the certificate"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account: Mapped[str] = mapped_column(String(20), unique=True)
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    kept: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    seal_key: Mapped[str] = mapped_column(String(64), default="", server_default="")
    certificate: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
