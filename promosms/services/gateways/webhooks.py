"""Webhooks: the secret addresses at which providers tell us receipts and replies."""

import hmac
import secrets
from collections.abc import Mapping

from sqlalchemy import select

from promosms.extensions import db
from promosms.gateways import WEBHOOKS
from promosms.gateways.base import WebhookTopic
from promosms.models import Gateway
from promosms.services.gateways import credentials
from promosms.settings import settings

TOKEN = "webhook_token"  # its place in the settings of a gateway


def new_settings(kind: str) -> dict[str, str]:
    """What a new gateway of this kind needs to be told by HTTP: a secret that nobody can guess."""
    return {TOKEN: secrets.token_urlsafe(32)} if kind in WEBHOOKS else {}


def open_settings(gateway: Gateway) -> dict[str, str]:
    """What the adapter needs to name our address to the provider."""
    address = _address(credentials.opened(gateway))
    return {"callback_url": address} if address else {}


def addresses(gateway: Gateway) -> dict[WebhookTopic, str]:
    """Where the provider calls, by what it tells; empty for gateways without webhooks."""
    address = _address(credentials.opened(gateway))
    return {topic: f"{address}/{topic}" for topic in WebhookTopic} if address else {}


def find(token: str) -> Gateway | None:
    """The gateway with this secret; all are compared, so that the time tells nothing."""
    found = None
    for gateway in db.session.scalars(select(Gateway).where(Gateway.kind.in_(WEBHOOKS))):
        known = _token(gateway)
        if known and hmac.compare_digest(known.encode(), token.encode()):
            found = gateway
    return found


def _token(gateway: Gateway) -> str:
    try:
        return credentials.opened(gateway).get(TOKEN, "")
    except credentials.KeyChanged:
        return ""  # nobody can call it until its settings can be read again


def _address(given: Mapping[str, str]) -> str:
    token = given.get(TOKEN)
    return f"{settings.public_url.rstrip('/')}/gateways/{token}" if token else ""
