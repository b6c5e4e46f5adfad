"""The kinds of gateways in words: what each is, what it needs, where its addresses are entered."""

from typing import NamedTuple

from promosms.gateways.base import WebhookTopic
from promosms.language import lazy_gettext as _

TOPICS = {
    WebhookTopic.RECEIPT: _("First address: receipts"),
    WebhookTopic.INBOUND: _("Second address: replies"),
}


class Kind(NamedTuple):
    """`title` and `about` for the list, `entered` for what is left to do once it is added.

    `before` are the steps outside of PromoSMS that come first.
    `tried`: has it sent with a live account of a provider, or does it speak for no certain one?
    """

    title: object
    about: object
    entered: object = ""
    tried: bool = False
    before: tuple[object, ...] = ()


KINDS = {
    "android": Kind(
        _("A phone with a SIM"),
        _(
            "The app “SMS Gateway for Android” sends by the SIM of a phone. You need an Android "
            "phone and a SIM, and no contract with a provider. For up to some dozens of texts an "
            "hour."
        ),
        _(
            "Nothing is to be entered: PromoSMS asks the phone to call these addresses. It does so "
            "only over HTTPS with a certificate that Android trusts. Otherwise texts leave, but "
            "no STOP arrives."
        ),
        before=(
            _(
                "Install the app on the phone (capcom6/android-sms-gateway on GitHub). Allow it to "
                "send and read texts, to run in the background and to start on boot."
            ),
            _("In its settings choose the order FIFO for messages: else the newest goes first."),
            _(
                "Switch on its local server, in the same network as PromoSMS, until the button "
                "says Online. The app then shows an address, a user name and a password."
            ),
        ),
    ),
    "smsapi": Kind(
        "SMSAPI",
        _("A provider in Poland. You need an account there with credit, and an API token."),
        _("In the customer panel enter the second address for received texts."),
    ),
    "twilio": Kind(
        "Twilio",
        _("A provider for all countries. You need an account there with a number, and its token."),
        _("In the console enter the second address with your number: “A message comes in”."),
    ),
    "vonage": Kind(
        "Vonage",
        _("A provider for all countries. You need an account there with its key and secrets."),
        _("In the settings of the account enter both addresses as webhooks for SMS."),
    ),
    "sinch": Kind(
        "Sinch",
        _("A provider for all countries. You need a service plan there and its API token."),
        _(
            "In the dashboard enter the second address as callback address of the service plan, "
            "and have signatures switched on for it."
        ),
    ),
    "infobip": Kind(
        "Infobip",
        _("A provider for all countries. You need an account there, its address and an API key."),
        _("In the portal enter the second address with your number, for received texts."),
    ),
    "telnyx": Kind(
        "Telnyx",
        _(
            "A provider for all countries. You need an account there with a messaging profile and "
            "an API key."
        ),
        _("In the portal enter the second address as webhook of the messaging profile."),
    ),
    "plivo": Kind(
        "Plivo",
        _("A provider for all countries. You need an account there with its auth ID and token."),
        _(
            "In the console enter the second address as message URL of the application of your "
            "number, with the method POST."
        ),
    ),
    "gatewayapi": Kind(
        "GatewayAPI",
        _("A provider in Denmark for all countries. You need an account there and an API token."),
        _(
            "In the dashboard enter both addresses as webhooks, with the authentication token that "
            "you have chosen; the first one is the default for status notifications."
        ),
    ),
    "clicksend": Kind(
        "ClickSend",
        _("A provider for all countries. You need an account there with an API key."),
        _(
            "In the dashboard enter both addresses as rules with the action URL: the first one for "
            "delivery receipts, the second for received texts."
        ),
    ),
    "smpp": Kind(
        _("A connection over SMPP"),
        _(
            "For large volumes and any provider that offers it. You need a contract with the name "
            "of a server, a system ID and a password."
        ),
        tried=True,
    ),
    "http": Kind(
        _("Another provider over HTTP"),
        _(
            "Any provider that takes a text by one request. You need its documentation: you "
            "describe the request and the answer yourself."
        ),
        _("Enter these addresses at the provider, wherever it asks for them."),
        tried=True,
    ),
}
"""In the order of the list: what needs no contract comes first."""
