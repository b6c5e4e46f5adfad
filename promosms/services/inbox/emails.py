"""Texts of the e-mails about the inbox: to admins, and to who looks after a conversation."""

from promosms.language import gettext as _
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address

PAGE = "/admin/unmatched"
REPLIES = "/recipients/replies"


def unmatched() -> EmailText:
    """To an admin, when somebody wants no more texts and belongs to no account."""
    return _("Somebody wants no more texts, and it is not clear from whom"), paragraphs(
        _("A STOP has come in from a number that fits none of the texts sent lately."),
        _("Nothing is stopped by it yet. Open this page to say to whom it belongs:"),
        public_address(PAGE),
        _("Others that come within the next hour are on this page only."),
    )


def assigned(by: str, public_id: str) -> EmailText:
    """To a user: somebody has assigned a conversation to them. Its last reply has this public id.

    Neither the number nor the words are in it: an e-mail leaves this service.
    """
    return _("You look after a conversation now"), paragraphs(
        _("%(name)s has asked you to look after a conversation. Read and answer it here:", name=by),
        public_address(f"{REPLIES}/{public_id}"),
        _("All open conversations that you look after:"),
        public_address(f"{REPLIES}?show=mine"),
    )
