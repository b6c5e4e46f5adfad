"""Accounts: one small business each."""

import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, ColumnElement, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import ACCOUNT, Processing
from promosms.models.registry import CHANGE, KEY, MACHINERY, N_, WITH_ACCOUNT, Export


def new_log_key() -> str:
    """A random key: 128 bits."""
    return secrets.token_hex(16)


class AccountStatus(StrEnum):
    """Only an active account sends; a deleting one is already unreachable."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETING = "deleting"


class Account(Model):
    """A customer of the installation. Money in 1/10,000 of the currency.

    `shop_name` is what its recipients are told when they answer HELP: a name, and how to reach it.
    `approved_at` ends the trial: the first paid top-up, or an admin. `created_at` is when it
    registered. `terms_version` is the version of the policies that it accepted then, with the
    contract on the data of recipients (article 28 of the GDPR) in it. `retention_days` is how long
    the numbers and texts of its messages are kept after the last news of them. Logs contain
    only a pseudonym made with `log_key`, which cannot be computed after the row is deleted.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("balance >= 0", name="balance"),
        CheckConstraint("held >= 0", name="held"),
        {"sqlite_autoincrement": True},  # an id is never used twice
    )
    privacy = Privacy.ACCOUNT
    customer_rights = CHANGE
    row_policy = "id = {account}"
    export = Export(
        "account",
        N_("The account."),
        without={"served_at": MACHINERY, "log_key": KEY},
        words={
            "suspended_reason": N_("why the operator has suspended the account"),
            "region": N_("the country of numbers without a prefix"),
            "timezone": N_("the time zone"),
            "shop_name": N_("the name that is texted to recipients who answer HELP"),
            "balance": N_("what can be spent"),
            "field_labels": N_("what you call your own fields"),
            "field_types": N_("which of your own fields are numbers or dates"),
            "recipient_columns": N_("the columns that you chose for the table of recipients"),
            "approved_at": N_("when the trial ended"),
            "terms_version": N_("the version of the policies that was accepted"),
            "retention_days": N_("days for which numbers and texts of messages are kept"),
        },
        money=("balance", "held"),
    )
    retention = WITH_ACCOUNT
    processing = Processing(
        ACCOUNT,
        N_(
            "Status and the reason for a suspension, country, time zone, names of your shop and of "
            "your own fields, which version of the terms you accepted and when"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    status: Mapped[str] = mapped_column(String(12), default=AccountStatus.ACTIVE, index=True)
    suspended_reason: Mapped[str] = mapped_column(String(300), default="")
    region: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(40), default="UTC")
    balance: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    field_labels: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    field_types: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    recipient_columns: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    served_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shop_name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    terms_version: Mapped[str] = mapped_column(String(10), default="", server_default="")
    retention_days: Mapped[int] = mapped_column(SmallInteger, default=30, server_default="30")
    log_key: Mapped[str] = mapped_column(String(32), default=new_log_key, server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """Its own row."""
        return cls.id == account_id
