"""Nightly jobs: what is done once every night, and how the last time went."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime
from promosms.models.processing import NotPersonal
from promosms.models.registry import NO_RIGHTS, NOBODYS, WITH_INSTALLATION


class NightlyJob(Model):
    """`ran_on` is the last day (UTC) for which it was done to the end, `place` how far it is now.

    A worker holds the job until `leased_until`; after a failure it is not tried before then.
    `findings` are what the last night has found, without anything personal.
    """

    __tablename__ = "nightly_jobs"
    privacy = Privacy.SYSTEM
    customer_rights = NO_RIGHTS
    export = NOBODYS
    retention = WITH_INSTALLATION
    processing = NotPersonal("How far the nightly jobs are.")

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    ran_on: Mapped[date | None] = mapped_column(Date)
    ran_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    findings: Mapped[list[Any]] = mapped_column(JSON, default=list)
