"""Requests that came with an idempotency key: what was done for each, so nothing is done twice."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now
from promosms.models.processing import ACCOUNT, Processing
from promosms.models.registry import ADD_AND_DELETE, N_, NotExported, Retention


class ApiRequest(Model):
    """One request that was done. `key_hash` and `fingerprint` are keyed hashes.

    The fingerprint covers method, path and body. `result` names what came of it, such as
    "message:17": the answer is written anew from that, so no number or text is stored twice. The
    row is part of the transaction that did the thing.
    """

    __tablename__ = "api_requests"
    __table_args__ = (UniqueConstraint("account_id", "sandbox", "key_hash"),)
    privacy = Privacy.ACCOUNT
    customer_rights = ADD_AND_DELETE
    export = NotExported(N_("Which requests of your programs were done, as hashes."))
    retention = Retention(
        "it was done",
        by="requests",
        limit=timedelta(hours=24),
        what=N_("That a request of a program was done, without what it said"),
    )
    processing = Processing(ACCOUNT, N_("That a request of a program was done, as a hash"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    sandbox: Mapped[bool] = mapped_column(default=False)
    key_hash: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
