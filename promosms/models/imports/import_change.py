"""What an import has changed in people who were here before, for as long as it can be undone."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, checked_by_statement
from promosms.models.processing import IMPORTS, Processing
from promosms.models.registry import N_, NotExported, Retention


class ImportChange(Model):
    """A recipient whom an import has changed, or put on its list.

    `before` are the columns that it has changed, as they were: fields, and the consent in force.
    `changed_at` is the recipient's `updated_at` then: somebody who was changed again since stays
    as they are. `listed`: the import has put the recipient on its list; `lists` are the ids of
    others that the file has named.
    """

    __tablename__ = "import_changes"
    __table_args__ = (
        checked_by_statement("account_id", "accounts.id"),
        checked_by_statement("import_id", "imports.id", ondelete="CASCADE"),
        Index("ix_import_changes_recipient", "recipient_id"),
    )
    privacy = Privacy.COLLECTED
    export = NotExported(
        N_("What imports of the last day have changed: it is kept to undo them, and then deleted.")
    )
    retention = Retention(
        "its import has ended",
        by="import changes",
        limit=timedelta(hours=24),
        what=N_("What an import has changed, to undo it"),
    )
    processing = Processing(IMPORTS, N_("What stood in a recipient before an import changed it"))

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recipient_id: Mapped[int] = mapped_column(
        ForeignKey("recipients.id", ondelete="CASCADE"), primary_key=True
    )
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    listed: Mapped[bool] = mapped_column(default=False)
    lists: Mapped[list[int]] = mapped_column(JSON, default=list)
