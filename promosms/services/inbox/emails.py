"""Texts of the e-mails to admins about replies."""

from promosms.language import gettext as _
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address

PAGE = "/admin/unmatched"


def unmatched() -> EmailText:
    """To an admin, when somebody wants no more texts and belongs to no account."""
    return _("Somebody wants no more texts, and it is not clear from whom"), paragraphs(
        _("A STOP has come in from a number that fits none of the texts sent lately."),
        _("Nothing is stopped by it yet. Open this page to say to whom it belongs:"),
        public_address(PAGE),
        _("Others that come within the next hour are on this page only."),
    )
