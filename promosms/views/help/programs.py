"""Help about programs of the business that send texts by themselves."""

from promosms.language import gettext as _
from promosms.views.help.topic import Link, Part, Topic


def connecting() -> Topic:
    """How a program gets a key, and what to do when the key is lost or known to others."""
    return Topic(
        "programs",
        _("Connect your own programs"),
        _("Your online shop, booking system or till sends texts by itself, with an API key."),
        (
            Part(
                steps=(
                    _("In the settings, open “API keys” and press “Make a key”."),
                    _("Write under “Name” which program gets it: each gets its own."),
                    _(
                        "Leave it at the sandbox to try things out: nothing is sent, nothing costs "
                        "anything. Choose real texts when all works."
                    ),
                    _("Press “Make the key”, then “Copy the key”. It is shown only this once."),
                    _(
                        "Give it to whoever programs for you, not by e-mail, together with "
                        "“Documentation for programmers”."
                    ),
                ),
                drawing="lock",
            ),
            Part(
                _("A plug-in that was written for PromoSMS"),
                (
                    _(
                        "Change its address to that of this service: the login is your e-mail "
                        "address, the password is the key."
                    ),
                ),
            ),
            Part(
                _("Webhooks"),
                points=(
                    _("A webhook tells your program at once of results, replies and opt-outs."),
                    _("Zapier, n8n and Make need no program."),
                ),
            ),
            Part(
                _("Keep it safe"),
                points=(
                    _("Who has the key acts for you, at your cost."),
                    _(
                        "“Limit it further” lets it work only from your own server, or until a "
                        "last day."
                    ),
                    _(
                        "If it stands in an address, it is revoked at once. If it comes over an "
                        "unencrypted connection, nothing is done. Both times you get an e-mail."
                    ),
                ),
            ),
            Part(
                _("Lost, or known to others"),
                points=(
                    _(
                        "Nobody can show a key again. “Replace” makes a new one with the same "
                        "rights; the old one works for one more day."
                    ),
                    _("If a stranger may have it, revoke it: it stops working at once."),
                ),
            ),
        ),
        (
            Link("api_keys.index", _("API keys")),
            Link("webhook_endpoints.index", _("Webhooks")),
            Link("api_documents.index", _("Documentation for programmers")),
            Link("api_documents.recipes", _("Zapier, n8n and Make")),
            Link("api_documents.promosms", _("Plug-ins for PromoSMS")),
        ),
        _(
            "API, program, programmer, developer, shop system, integration, token, sandbox, curl, "
            "plug-in, webhook, callback"
        ),
    )
