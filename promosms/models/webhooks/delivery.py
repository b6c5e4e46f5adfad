"""Webhook deliveries: what an endpoint is told, and what came of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, checked_by_statement, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import MACHINERY, N_, Export, Retention

WAITING = "next_at IS NOT NULL"
NOT_DELIVERED = "status IN ('failed', 'dropped')"


class DeliveryStatus(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"  # it was tried for a day in vain
    DROPPED = "dropped"  # what it is about was deleted, or the endpoint stopped


class WebhookDelivery(Model):
    """An event on its way to an endpoint: a row for each endpoint that wants it.

    What is sent is written when it leaves, of the row that `subject_id` names: so nothing about a
    person is in here, and what was deleted is sent to nobody. The table of the subject follows from
    `event`; `detail_id` is a second one (of an opened link the recipient), `amount` a balance in
    1/10,000, `word` the status of a message at that time. `next_at` is when it is tried next, or
    when whoever tries it counts as dead; NULL when it has ended. After `until` it is not tried any
    more. `history` has a list for each try: when, the answer's HTTP status or an error as a code,
    and milliseconds.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_next",
            "endpoint_id",
            "next_at",
            "id",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
        Index("ix_webhook_deliveries_page", "endpoint_id", "id"),
        Index(
            "ix_webhook_deliveries_over",
            "endpoint_id",
            "id",
            sqlite_where=text(NOT_DELIVERED),
            postgresql_where=text(NOT_DELIVERED),
        ),
        Index("ix_webhook_deliveries_occurred_at", "occurred_at"),
        checked_by_statement("account_id", "accounts.id"),
        checked_by_statement("endpoint_id", "webhook_endpoints.id", "CASCADE"),
        {"sqlite_autoincrement": True},  # programs know events by their ids: none is given twice
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "webhook-deliveries",
        N_("What your programs were told by webhooks, and what they answered."),
        without={
            "subject_id": MACHINERY,
            "detail_id": MACHINERY,
            "next_at": MACHINERY,
            "until": MACHINERY,
        },
        words={
            "endpoint_id": N_("the webhook, see webhook-endpoints"),
            "event": N_("what has happened"),
            "word": N_("what had become of the text"),
            "occurred_at": N_("when it happened"),
            "tries": N_("how often it was tried"),
            "history": N_("each try: when, the answer or the error, milliseconds"),
            "finished_at": N_("when it was taken or given up"),
        },
        money=("amount",),
        parent="endpoint_id",
    )
    retention = Retention(
        "it happened",
        by="webhooks",
        limit=timedelta(days=14),
        what=N_("What webhooks were sent"),
    )
    processing = Processing(CAMPAIGNS, N_("What webhooks were sent, as ids"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger)
    endpoint_id: Mapped[int] = mapped_column(BigId)
    event: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigInteger, default=0)
    detail_id: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    word: Mapped[str] = mapped_column(String(12), default="")
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(9), default=DeliveryStatus.WAITING)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    history: Mapped[list[Any]] = mapped_column(JSON, default=list)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
