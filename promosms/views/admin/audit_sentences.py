"""Entries of the audit log as sentences: who did what, and to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from promosms.language import gettext, moment
from promosms.language import lazy_gettext as _
from promosms.models import AuditEntry, Role
from promosms.services.accounts import names
from promosms.services.gateways import routes

SENTENCES = {
    "account.adjust": _("%(who)s corrected the balance of %(what)s"),
    "account.approve": _("%(who)s ended the trial of %(what)s"),
    "account.export": _("%(who)s asked for the data of %(what)s"),
    "account.leave": _("%(who)s deleted %(what)s"),
    "account.suspend": _("%(who)s suspended %(what)s"),
    "account.unsuspend": _("%(who)s lifted the suspension of %(what)s"),
    "adjustment.agree": _("%(who)s agreed to the correction of the balance of %(what)s"),
    "adjustment.ask": _("%(who)s asked for a correction of the balance of %(what)s"),
    "adjustment.refuse": _("%(who)s refused the correction of the balance of %(what)s"),
    "adjustment.withdraw": _("%(who)s withdrew the correction of the balance of %(what)s"),
    "admin.invite": _("%(who)s invited somebody to become an admin"),
    "admin.join": _("%(who)s became an admin"),
    "admin.leave": _("%(who)s left as an admin"),
    "admin.revoke": _("%(who)s took the right of an admin away"),
    "admin.uninvite": _("%(who)s withdrew the invitation of an admin"),
    "api_key.exposed": _("%(who)s found an API key of %(what)s on an unencrypted connection"),
    "api_key.make": _("%(who)s made an API key of %(what)s"),
    "api_key.replace": _("%(who)s replaced an API key of %(what)s"),
    "api_key.revoke": _("%(who)s revoked an API key of %(what)s"),
    "api_key.revoke_exposed": _("%(who)s revoked an API key of %(what)s that stood in an address"),
    "audit.forget": _("%(who)s emptied entries about an account that has left"),
    "automatic.off": _("%(who)s switched automatic top-ups of %(what)s off"),
    "automatic.on": _("%(who)s switched automatic top-ups of %(what)s on"),
    "automatic.stop": _("%(who)s stopped the automatic top-ups of %(what)s"),
    "card.save": _("%(who)s saved a card of %(what)s"),
    "colleague.invite": _("%(who)s invited somebody to %(what)s"),
    "colleague.join": _("%(who)s joined %(what)s"),
    "colleague.leave": _("%(who)s left %(what)s"),
    "colleague.remove": _("%(who)s ended the sign-in of a colleague in %(what)s"),
    "colleague.role": _("%(who)s changed the role of a colleague in %(what)s"),
    "colleague.uninvite": _("%(who)s withdrew an invitation to %(what)s"),
    "company.save": _("%(who)s saved the company data of %(what)s"),
    "dispute.lost": _("%(who)s noted a dispute as lost: %(what)s"),
    "dispute.open": _("%(who)s booked a disputed payment of %(what)s"),
    "dispute.won": _("%(who)s booked a dispute as won, of %(what)s"),
    "erasure.finish": _("%(who)s finished the deletion of an account"),
    "gateway.add": _("%(who)s added the gateway %(what)s"),
    "gateway.change": _("%(who)s changed the speed of the gateway %(what)s"),
    "gateway.check": _("%(who)s checked the connection of the gateway %(what)s"),
    "gateway.country": _("%(who)s changed the country of the gateway %(what)s"),
    "gateway.pause": _("%(who)s paused the gateway %(what)s"),
    "gateway.resume": _("%(who)s resumed the gateway %(what)s"),
    "gateway.test": _("%(who)s sent a test through the gateway %(what)s"),
    "invoice.credit": _("%(who)s issued a credit note to %(what)s"),
    "invoice.ksef": _("%(who)s entered the KSeF number of %(what)s"),
    "opt_out.assign": _("%(who)s assigned a STOP to %(what)s"),
    "opt_out.dismiss": _("%(who)s dismissed a STOP of nobody"),
    "payment.refund": _("%(who)s sent money back to %(what)s"),
    "payment.unclear": _("%(who)s could not book a payment: %(what)s"),
    "recipient.erase": _("%(who)s erased a recipient of %(what)s"),
    "refund.failed": _("%(who)s booked a refund that came back, of %(what)s"),
    "refund.short": _("%(who)s found the balance too small for a refund, of %(what)s"),
    "reply.opt_out": _("%(who)s took a reply as a wish for no more texts"),
    "reply.release": _("%(who)s took a reply as no wish to stop"),
    "route.add": _("%(who)s made the route %(what)s"),
    "route.arrange": _("%(who)s changed the place of a gateway on the route %(what)s"),
    "route.attach": _("%(who)s added a gateway to the route %(what)s"),
    "route.change": _("%(who)s changed the route %(what)s"),
    "route.default": _("%(who)s chose the route %(what)s for new campaigns"),
    "route.detach": _("%(who)s took a gateway away from the route %(what)s"),
    "route.price": _("%(who)s changed a price of the route %(what)s"),
    "route.prices": _("%(who)s imported prices of the route %(what)s"),
    "route.unplan": _("%(who)s dropped a planned price of the route %(what)s"),
    "sender.approve": _("%(who)s approved a sender name of %(what)s"),
    "sender.ask": _("%(who)s asked for a sender name of %(what)s"),
    "sender.refuse": _("%(who)s refused a sender name of %(what)s"),
    "sender.revoke": _("%(who)s took a sender name of %(what)s back"),
    "sender.withdraw": _("%(who)s withdrew a sender name of %(what)s"),
    "texts.unblock": _("%(who)s lifted a block of numbers"),
    "top_up.cancel": _("%(who)s cancelled an order of a top-up"),
    "top_up.overpayment": _("%(who)s booked an overpayment as a top-up of %(what)s"),
    "top_up.receive": _("%(who)s booked a transfer from %(what)s"),
    "top_up.settle": _("%(who)s settled an order of %(what)s with what had come"),
    "user.reset_totp": _("%(who)s reset the two-step sign-in of a user of %(what)s"),
    "webhook.change": _("%(who)s changed a webhook of %(what)s"),
    "webhook.delete": _("%(who)s deleted a webhook of %(what)s"),
    "webhook.disable": _("%(who)s switched off a webhook of %(what)s that did not answer"),
    "webhook.end_old": _("%(who)s ended the old secret of a webhook of %(what)s"),
    "webhook.make": _("%(who)s added a webhook to %(what)s"),
    "webhook.off": _("%(who)s switched off a webhook of %(what)s"),
    "webhook.on": _("%(who)s switched on a webhook of %(what)s"),
    "webhook.rotate": _("%(who)s made a new secret for a webhook of %(what)s"),
}
KINDS = {
    "accounts": (
        _("Accounts"),
        ("account", "adjustment", "api_key", "recipient", "reply", "erasure", "user")
        + ("colleague", "webhook"),
    ),
    "money": (
        _("Money"),
        ("automatic", "card", "company", "dispute", "invoice", "payment", "refund", "top_up"),
    ),
    "sending": (_("Sending"), ("gateway", "route", "sender", "texts", "opt_out")),
    "admins": (_("Admins"), ("admin", "audit")),
}
"""Parts of the log, by what stands before the dot of an action."""


@dataclass(frozen=True)
class Told:
    """An entry, its sentence, and when it was: of an account that has left only the day."""

    entry: AuditEntry
    sentence: str
    time: str


def told(entries: Sequence[AuditEntry]) -> list[Told]:
    """The entries with their sentences."""
    ids = {entry.actor for entry in entries} | {entry.subject for entry in entries}
    users = names.of_users(ids)
    places = names.places_of_users(ids)
    subjects = users | names.of_public_ids(ids) | routes.names()
    return [
        Told(
            entry,
            _sentence(entry, _own(entry, places) or _who(entry, users), _what(entry, subjects)),
            moment(entry.created_at, "d MMM y") if entry.emptied else moment(entry.created_at),
        )
        for entry in entries
    ]


def _sentence(entry: AuditEntry, who: str, what: str) -> str:
    sentence = SENTENCES.get(entry.action)
    if sentence is None:
        return f"{who}: {entry.action}"
    return str(sentence) % {"who": who, "what": what}


def _own(entry: AuditEntry, places: dict[str, tuple[str, str]]) -> str:
    """Who did it, by role, if it was done to the own account: so its name is not said twice."""
    role, account = places.get(entry.actor, ("", ""))
    if not account or account != entry.subject:
        return ""
    names = {
        Role.OWNER: gettext("The owner"),
        Role.MEMBER: gettext("A member"),
        Role.VIEWER: gettext("A viewer"),
    }
    return str(names[Role(role)])


def _who(entry: AuditEntry, users: dict[str, str]) -> str:
    if entry.actor == "system":
        return "PromoSMS"
    if entry.actor == "server":
        return str(gettext("A command on the server"))
    return users.get(entry.actor) or str(gettext("Somebody who has left"))


def _what(entry: AuditEntry, subjects: dict[str, str]) -> str:
    if entry.emptied:
        return str(gettext("an account that has left"))
    return subjects.get(entry.subject) or entry.subject
