"""Recipients: the people whom an account texts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now

# The fields of a recipient that can be imported, edited, exported and used as placeholders.
FIELDS = (
    "phone", "email", "first_name", "last_name", "company", "tax_id", "address", "city", "note",
    "field1", "field2", "field3", "field4", "field5",
)  # fmt: skip


class Consent(StrEnum):
    """Without consent a recipient gets no promotional text."""

    GIVEN = "given"
    NONE = "none"


class Recipient(Model):
    """A number of an account. `search` is the casefolded text that the search box looks in.

    `import_id` is the import that added the recipient, which can be undone. `last_import_id` is the
    latest import that contained the number: a duplicate in a file is known even after a restart.
    """

    __tablename__ = "recipients"
    __table_args__ = (
        UniqueConstraint("account_id", "phone"),
        Index("ix_recipients_page", "account_id", "id"),
    )
    privacy = Privacy.COLLECTED

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    phone: Mapped[str] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(2))
    email: Mapped[str] = mapped_column(String(254), default="")
    first_name: Mapped[str] = mapped_column(String(100), default="")
    last_name: Mapped[str] = mapped_column(String(100), default="")
    company: Mapped[str] = mapped_column(String(200), default="")
    tax_id: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    city: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    field1: Mapped[str] = mapped_column(String(300), default="")
    field2: Mapped[str] = mapped_column(String(300), default="")
    field3: Mapped[str] = mapped_column(String(300), default="")
    field4: Mapped[str] = mapped_column(String(300), default="")
    field5: Mapped[str] = mapped_column(String(300), default="")
    consent: Mapped[str] = mapped_column(String(5), default=Consent.NONE)
    consent_source: Mapped[str] = mapped_column(String(300), default="")
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    search: Mapped[str] = mapped_column(Text, default="")
    import_id: Mapped[int | None] = mapped_column(
        ForeignKey("imports.id", ondelete="SET NULL"), index=True
    )
    last_import_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
