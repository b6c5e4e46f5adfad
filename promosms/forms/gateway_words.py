"""What the form that adds a gateway says about its settings: label, hint, and what is wrong."""

from collections.abc import Mapping
from typing import Any

from promosms.gateways.offered import Offered, Shape
from promosms.language import lazy_gettext as _

LABELS: Mapping[str, Any] = {
    "account_sid": _("Account SID"),
    "addresses": _("Addresses from which the provider calls"),
    "allow_insecure": _("Allow an unencrypted connection (http://)"),
    "allow_private": _("Allow an address in my own network"),
    "api_key": _("API key"),
    "api_secret": _("API secret"),
    "auth_id": _("Auth ID"),
    "auth_token": _("Auth token"),
    "base_url": _("Address of the API"),
    "body": _("What is sent"),
    "content_type": _("Its content type"),
    "device_id": _("ID of the phone"),
    "headers": _("Headers"),
    "host": _("Server"),
    "id_path": _("Where the answer has the ID of the text"),
    "inbound_number": _("Where a reply has your number"),
    "inbound_phone": _("Where a reply has the number of the person"),
    "inbound_reference": _("Where a reply has its ID"),
    "inbound_text": _("Where a reply has its words"),
    "messaging_profile_id": _("Messaging profile ID"),
    "messaging_service": _("Messaging service SID"),
    "method": _("Method"),
    "number": _("Number of the SIM"),
    "password": _("Password"),
    "per_hour": _("Texts an hour"),
    "port": _("Port"),
    "powerpack": _("Powerpack UUID"),
    "public_key": _("Public key"),
    "receipt_our_reference": _("Where a receipt has our reference"),
    "receipt_reference": _("Where a receipt has the ID of the text"),
    "receipt_status": _("Where a receipt has the status"),
    "region": _("Region"),
    "service_plan_id": _("Service plan ID"),
    "signature_method": _("Method of the signatures"),
    "signature_secret": _("Signature secret"),
    "signature_token": _("Authentication token of the webhooks"),
    "signing_key": _("Signing key"),
    "sims": _("SIM"),
    "system_id": _("System ID"),
    "system_type": _("System type"),
    "tls": _("Encrypted (TLS)"),
    "token": _("API token"),
    "unsigned": _("Believe calls without a signature"),
    "url": _("Address that takes a text"),
    "username": _("User name"),
}
SECRET = _("It is stored encrypted and never shown again.")
HINTS: Mapping[str, Any] = {
    "addresses": _("With commas between. Calls from elsewhere are refused."),
    "allow_insecure": _(
        "Everybody on the way can read the texts and the password. Only for a phone or a server in "
        "your own network."
    ),
    "allow_private": _(
        "Such as 192.168.1.20. Otherwise PromoSMS refuses it, so that nobody reaches machines "
        "inside through it."
    ),
    "body": _(
        "PromoSMS fills in what stands in braces, in addresses too. Keep keys and passwords in the "
        "headers: this is shown again while you correct the form."
    ),
    "headers": _("As a JSON object. They are stored encrypted and never shown again."),
    "id_path": _("A path with dots."),
    "inbound_phone": _("Without these four a STOP by reply is not noticed."),
    "messaging_profile_id": _("Only needed if a name is the sender."),
    "messaging_service": _("Only if a messaging service shall choose the sender."),
    "powerpack": _("Only if a powerpack shall choose the sender."),
    "public_key": _("The portal shows it beside the API keys."),
    "receipt_reference": _("Without these three nobody learns whether a text has arrived."),
    "signature_secret": _(
        "With it the provider signs its calls, so that nobody else can report receipts and "
        "replies. It is stored encrypted and never shown again."
    ),
    "signature_token": _(
        "One of your choice: enter the same at the provider with both webhooks. It is stored "
        "encrypted and never shown again."
    ),
    "system_id": _("Your user name at the provider."),
    "system_type": _("Only if the provider names one."),
    "tls": _("Without it everybody on the way can read texts and password."),
    "unsigned": _("Who learns the secret address can then report false receipts and STOPs."),
}
HINTS_OF: Mapping[tuple[str, str], Any] = {
    ("android", "base_url"): _("The app shows it as its local address."),
    ("android", "device_id"): _("Only for a server of your own between PromoSMS and the phone."),
    ("android", "number"): _("Replies come to it. With the country code."),
    ("android", "per_hour"): _("Many networks block a SIM that sends more than 30 to 200."),
    ("android", "signing_key"): _(
        "In the settings of the app, at the webhooks. It is stored encrypted and never shown again."
    ),
    ("android", "sims"): _("Only if the phone has several: 1 or 2, or 1,2 for both in turn."),
    ("android", "username"): _("The app shows it below its address."),
    ("gatewayapi", "base_url"): _("Only for accounts of the European Union."),
    ("infobip", "base_url"): _("The portal shows it for your account."),
    ("sinch", "base_url"): _("Only for a service plan of another region."),
    ("smsapi", "base_url"): _("Only for accounts outside of Poland."),
}
CHOICES: Mapping[str, Any] = {"eu": _("Europe"), "us": _("United States")}
"""Those of which the adapter's own word says too little."""
NUMBER_OF_SIM = _("Write the number of the SIM with its country code, such as +48732000001.")
WRONG: Mapping[str, Any] = {
    "base_url": _(
        "Write the whole address, beginning with https://. One with http:// needs the permission "
        "for an unencrypted connection."
    ),
    "device_id": _("The address is that of a server: enter the phone, as the server names it."),
    "number": NUMBER_OF_SIM,
    "url": _(
        "Write the whole address, beginning with https://. One with http:// needs the permission "
        "for an unencrypted connection."
    ),
}
INSIDE = _(
    "This address is inside a network: allow it below, or use a public one. One with http:// needs "
    "the permission for an unencrypted connection, too."
)


def hint(kind: str, each: Offered) -> Any:
    """What a setting is for, with an example or what counts without it."""
    usual = SECRET if each.shape is Shape.SECRET else ""
    said = HINTS_OF.get((kind, each.name)) or HINTS.get(each.name, usual)
    if each.example:
        return _with(_("Such as %(example)s", example=each.example), said)
    if each.default and each.shape is Shape.LINE:
        return _with(_("If it is empty: %(default)s", default=each.default), said)
    return said


def _with(last: Any, said: Any) -> Any:
    return _("%(first)s %(second)s", first=said, second=last) if said else last
