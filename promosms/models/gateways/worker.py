"""Workers: when each of the processes behind the web last gave a sign of life."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime, now
from promosms.models.processing import NotPersonal
from promosms.models.registry import NOBODYS, WITH_INSTALLATION


class Worker(Model):
    """A row per worker ("work", "webhooks", "gateway-1", "gateway-1/2") and one for the tick.

    `connected` says of a gateway's worker whether its connection is open.
    """

    __tablename__ = "workers"
    privacy = Privacy.SYSTEM
    export = NOBODYS
    retention = WITH_INSTALLATION
    processing = NotPersonal("The processes of the installation.")

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    pid: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    connected: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
