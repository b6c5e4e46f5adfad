"""API keys: with one a program of an account acts for it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import ACCOUNT, Processing
from promosms.models.registry import ADD_AND_CHANGE, KEY, N_, WITH_ACCOUNT, Export


class Scope(StrEnum):
    """What a key may be used for."""

    SEND = "send"
    READ = "read"
    BILLING = "billing"
    WEBHOOKS = "webhooks"


class Revoked(StrEnum):
    """Why a key does not work any more."""

    BY_HAND = "by_hand"
    IN_ADDRESS = "in_address"  # it stood in a URL, which servers and proxies write down


class ApiKey(Model):
    """A key. Only its SHA-256 is stored; `shown` is its beginning, by which people recognise it.

    `scopes` and `networks` are lists with commas between; without networks every address may use
    it. `exposed_at`: it came over an unencrypted connection. A key that was replaced has an end
    (`expires_at`), so that programs have time to get the new one. `created_by` is the public id of
    a user. With a sandbox key no text is sent and nothing costs anything.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_account", "account_id", "id"),)
    privacy = Privacy.ACCOUNT
    customer_rights = ADD_AND_CHANGE
    export = Export(
        "api-keys",
        N_("Your API keys, without what they are checked with."),
        without={"secret_hash": KEY},
        words={
            "shown": N_("how the key begins"),
            "scopes": N_("what it may be used for"),
            "networks": N_("from where it may be used, empty for everywhere"),
            "sandbox": N_("is it one for trying out"),
            "expires_at": N_("when it ends"),
            "created_by": N_("who has made it, see users"),
            "last_used_on": N_("the last day on which it was used"),
            "exposed_at": N_("when it came over an unencrypted connection"),
            "revoked_at": N_("when it was revoked"),
            "revoked_why": N_("why it was revoked"),
        },
        referred=("key_id", "api_key_id"),
    )
    retention = WITH_ACCOUNT
    processing = Processing(ACCOUNT, N_("API keys: their names, and the last day of their use"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(60))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    shown: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[str] = mapped_column(String(200))
    sandbox: Mapped[bool] = mapped_column(default=False)
    networks: Mapped[str] = mapped_column(String(1000), default="")
    created_by: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_on: Mapped[date | None] = mapped_column(Date)
    exposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_why: Mapped[str] = mapped_column(String(10), default="")
