"""Webhooks: the secret addresses for receipts and replies from providers."""

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
    """The settings for webhooks of a new gateway: a random secret."""
    return {TOKEN: secrets.token_urlsafe(32)} if kind in WEBHOOKS else {}


def open_settings(gateway: Gateway) -> dict[str, str]:
    """The webhook address, as a setting for the adapter."""
    address = _address(credentials.decrypted(gateway))
    return {"callback_url": address} if address else {}


def addresses(gateway: Gateway) -> dict[WebhookTopic, str]:
    """The webhook addresses by topic; empty for gateways without webhooks."""
    address = _address(credentials.decrypted(gateway))
    return {topic: f"{address}/{topic}" for topic in WebhookTopic} if address else {}


def find(token: str) -> Gateway | None:
    """The gateway with this secret. All are compared, so the time does not reveal anything."""
    match = None
    for gateway in db.session.scalars(select(Gateway).where(Gateway.kind.in_(WEBHOOKS))):
        stored = _token(gateway)
        if stored and hmac.compare_digest(stored.encode(), token.encode()):
            match = gateway
    return match


def _token(gateway: Gateway) -> str:
    try:
        return credentials.decrypted(gateway).get(TOKEN, "")
    except credentials.KeyChanged:
        return ""  # without its secret no call can be accepted


def _address(given: Mapping[str, str]) -> str:
    token = given.get(TOKEN)
    return f"{settings.public_url.rstrip('/')}/gateways/{token}" if token else ""
