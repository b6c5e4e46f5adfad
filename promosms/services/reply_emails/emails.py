"""Texts of e-mails about replies. Words of replies are put in when the e-mail leaves."""

from promosms.language import counted, ngettext
from promosms.language import gettext as _
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address


def new_replies(number: int) -> EmailText:
    """To an owner: so many have come since the last e-mail."""
    said = counted(number)
    subject = ngettext("%(n)s new reply", "%(n)s new replies", number, n=said)
    return subject, _body()


def unread_replies(number: int) -> EmailText:
    """To an owner, once a day: so many wait."""
    subject = ngettext(
        "%(n)s reply waits for you", "%(n)s replies wait for you", number, n=counted(number)
    )
    return subject, _body()


def _body() -> str:
    return paragraphs(
        _("Somebody has answered your texts. Read and answer it here:"),
        public_address("/recipients/replies"),
        _("You chose these e-mails. Change that, or end them, here:"),
        public_address("/recipients/replies/emails"),
    )
