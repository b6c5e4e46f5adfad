"""Routes: what a customer chooses for a campaign, and the gateways behind it."""

from enum import StrEnum

from sqlalchemy import ForeignKey, SmallInteger, String, false, true
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy
from promosms.models.processing import NotPersonal
from promosms.models.registry import NOBODYS, WITH_INSTALLATION

REST_TYPES = {0: "FLASH", 1: "ECO", 3: "FULL", 4: "SPEED"}
"""The types of texts in PromoSMS REST 3.2, with the names that PromoSMS gives to them."""


class SenderKind(StrEnum):
    """Recipients can reply to a number, but not to a name."""

    NAME = "name"
    NUMBER = "number"


class Route(Model):
    """Name, own sender, and what customers can do with it.

    `sender` is what recipients see unless the customer has chosen an approved name: `names` says
    whether that is possible here. `flash`: texts open on the screen and are not kept; every gateway
    of the route can do it. `urgent`: its campaigns are served before those of other routes.
    `offered`: customers can choose it; the default route they always can. `description` is for
    them, one sentence. `rest_types` are the types of PromoSMS REST 3.2 that go by it, keys of
    REST_TYPES such as "1,3". No two routes have the same type.
    """

    __tablename__ = "routes"
    privacy = Privacy.SYSTEM
    export = NOBODYS
    retention = WITH_INSTALLATION
    processing = NotPersonal("What the operator offers.")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    sender_kind: Mapped[str] = mapped_column(String(6), default=SenderKind.NUMBER)
    sender: Mapped[str] = mapped_column(String(16))
    is_default: Mapped[bool] = mapped_column(default=False)
    names: Mapped[bool] = mapped_column(default=True, server_default=true())
    flash: Mapped[bool] = mapped_column(default=False, server_default=false())
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    offered: Mapped[bool] = mapped_column(default=False, server_default=false())
    description: Mapped[str] = mapped_column(String(200), default="", server_default="")
    rest_types: Mapped[str] = mapped_column(String(7), default="", server_default="")


class RouteGateway(Model):
    """A gateway behind a route.

    Those of the lowest `position` that can send share the messages by `weight`; the next ones
    stand in. `countries` (ISO 3166, separated by commas) limits the gateway; empty means all.
    """

    __tablename__ = "route_gateways"
    privacy = Privacy.SYSTEM
    export = NOBODYS
    retention = WITH_INSTALLATION
    processing = NotPersonal("Which gateways stand behind a route.")

    route_id: Mapped[int] = mapped_column(ForeignKey("routes.id"), primary_key=True)
    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    weight: Mapped[int] = mapped_column(SmallInteger, default=100)
    countries: Mapped[str] = mapped_column(String(800), default="")
