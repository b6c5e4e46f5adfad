"""Texts of the API: what is known of them beside the message, and those of the sandbox."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import (
    BigId,
    Model,
    Privacy,
    UtcDateTime,
    checked_on_sqlite,
    new_public_id,
    now,
)
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import (
    ADD_AND_DELETE,
    MACHINERY,
    N_,
    Export,
    Retention,
)

WITH_REFERENCE = "reference <> ''"
OF_REST32 = "request <> ''"


class ApiMessage(Model):
    """A message that came by the API: by which key, and the reference of the customer's program.

    `service_confirmed`: the program has said that it is no promotion, although it has words of one.
    `request` is a random name that all texts of one request to PromoSMS REST 3.2 share, empty for
    those of the other API. `delivery_url` is what the program wants to be called there when there
    is news: `services/api/rest32/delivery_urls.py` fills its placeholders.

    There is no foreign key to the message on PostgreSQL, as for message parts: it would cost each
    message that is deleted a look-up. What deletes messages deletes these rows first.
    """

    __tablename__ = "api_messages"
    __table_args__ = (
        checked_on_sqlite("message_id", "messages.id", ondelete="CASCADE"),
        Index("ix_api_messages_page", "account_id", "message_id"),
        Index(
            "ix_api_messages_reference",
            "account_id",
            "reference",
            "message_id",
            sqlite_where=text(WITH_REFERENCE),
            postgresql_where=text(WITH_REFERENCE),
        ),
        Index(
            "ix_api_messages_rest32",
            "account_id",
            "created_at",
            "message_id",
            sqlite_where=text(OF_REST32),
            postgresql_where=text(OF_REST32),
        ),
    )
    privacy = Privacy.COLLECTED
    customer_rights = ADD_AND_DELETE  # deleted with a person
    export = Export(
        "api-messages",
        N_("Which texts came from your programs, with their references."),
        without={"message_id": MACHINERY},
        words={
            "key_id": N_("the API key, see api-keys"),
            "reference": N_("the name that your program has given to it"),
            "valid_until": N_("until when it was to be sent"),
            "service_confirmed": N_(
                "has the program said that it is no promotion although it has words of one"
            ),
            "request": N_("a random name that all texts of one request share"),
            "delivery_url": N_("the address that your program wants to be called"),
        },
    )
    retention = Retention("its message goes", by="messages", setting="Account.retention_days")
    processing = Processing(CAMPAIGNS, N_("The names that programs of yours give to texts"))

    message_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    reference: Mapped[str] = mapped_column(String(100), default="")
    service_confirmed: Mapped[bool] = mapped_column(default=False)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    request: Mapped[str] = mapped_column(String(20), default="", server_default="")
    delivery_url: Mapped[str] = mapped_column(String(500), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SandboxMessage(Model):
    """A text that was sent with a sandbox key: nobody gets it.

    What becomes of it follows from its number, as on the simulator, and from the time: nothing but
    a cancellation is stored. It counts nowhere.
    """

    __tablename__ = "sandbox_messages"
    __table_args__ = (
        Index("ix_sandbox_messages_page", "account_id", "id"),
        Index("ix_sandbox_messages_batch", "account_id", "batch"),
        {"sqlite_autoincrement": True},  # the id is in the answer: it is never given twice
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "sandbox-messages",
        N_("Texts that were tried out with a sandbox key. Nobody got them."),
        words={
            "key_id": N_("the API key, see api-keys"),
            "sender": N_("the sender that was shown"),
            "batch": N_("a random name that all texts of one request share"),
            "send_at": N_("when it would have left"),
            "valid_until": N_("until when it was to be sent"),
            "cancelled_at": N_("when it was cancelled"),
        },
        money=("price",),
    )
    retention = Retention(
        "it was made",
        by="sandbox",
        limit=timedelta(days=3),
        what=N_("Texts that were tried out with a sandbox key"),
    )
    processing = Processing(CAMPAIGNS, N_("Texts that were tried out with a sandbox key"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    batch: Mapped[str] = mapped_column(String(20), default="")
    phone: Mapped[str] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(2))
    sender: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    encoding: Mapped[str] = mapped_column(String(4))
    parts: Mapped[int] = mapped_column(SmallInteger)
    price: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str] = mapped_column(String(100), default="")
    send_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
