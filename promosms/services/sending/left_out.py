"""Who is left out at a claim: conditions on rows of messages, as plain SQL.

SQLAlchemy leaves out table names in RETURNING on SQLite.
"""

from sqlalchemy import ColumnElement, func, literal_column


def suppressed_by() -> ColumnElement[str | None]:
    """How the number of a row of messages got on the list of its account; NULL if it did not.

    Ask only for those of OF_ACCOUNT: an opt-out stops no others.
    """
    return literal_column(
        "(SELECT suppressions.source FROM suppressions"
        " WHERE suppressions.account_id = messages.account_id"
        " AND suppressions.phone = messages.phone)"
    )


def left_out_by() -> ColumnElement[str | None]:
    """As `suppressed_by`, and NO_CONSENT if the recipient has none (any more).

    For messages of promotional campaigns. The recipient is whoever has the number, and the one for
    whom the text was written, who may have got another number since.
    """
    with_number = (
        "(SELECT 'no_consent' FROM recipients"
        " WHERE recipients.account_id = messages.account_id"
        " AND recipients.phone = messages.phone AND recipients.consent = 'none')"
    )
    meant = (
        "(SELECT 'no_consent' FROM recipients"
        " WHERE recipients.public_id = messages.recipient AND recipients.consent = 'none')"
    )
    return func.coalesce(suppressed_by(), literal_column(with_number), literal_column(meant))
