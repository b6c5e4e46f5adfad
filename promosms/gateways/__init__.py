"""How a message leaves: one adapter per kind of gateway, without web, database and queue."""

from collections.abc import Mapping

from promosms.gateways.base import Gateway, Webhook
from promosms.gateways.http import (
    android,
    clicksend,
    configurable,
    gatewayapi,
    infobip,
    plivo,
    sinch,
    smsapi,
    telnyx,
    twilio,
    vonage,
)
from promosms.gateways.simulator import Simulator
from promosms.gateways.smpp.gateway import SmppGateway

KINDS: Mapping[str, type[Gateway]] = {
    "simulator": Simulator,
    "smpp": SmppGateway,
    "http": configurable.GenericHttp,
    "twilio": twilio.Twilio,
    "vonage": vonage.Vonage,
    "smsapi": smsapi.Smsapi,
    "sinch": sinch.Sinch,
    "infobip": infobip.Infobip,
    "telnyx": telnyx.Telnyx,
    "plivo": plivo.Plivo,
    "gatewayapi": gatewayapi.GatewayApi,
    "clicksend": clicksend.ClickSend,
    "android": android.Android,
}
# Those that tell us receipts and replies by HTTP.
WEBHOOKS: Mapping[str, Webhook] = {
    "http": configurable.WEBHOOK,
    "twilio": twilio.WEBHOOK,
    "vonage": vonage.WEBHOOK,
    "smsapi": smsapi.WEBHOOK,
    "sinch": sinch.WEBHOOK,
    "infobip": infobip.WEBHOOK,
    "telnyx": telnyx.WEBHOOK,
    "plivo": plivo.WEBHOOK,
    "gatewayapi": gatewayapi.WEBHOOK,
    "clicksend": clicksend.WEBHOOK,
    "android": android.WEBHOOK,
}
