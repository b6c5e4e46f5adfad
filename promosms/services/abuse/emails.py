"""Texts of the e-mails to admins about SMS pumping."""

from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address

PAGE = "/admin/texts"


def blocked(prefix: str, texts: int) -> EmailText:
    """To an admin, when a prefix is blocked."""
    return _("Texts to %(prefix)s are blocked", prefix=prefix), paragraphs(
        ngettext(
            "%(num)s password was texted to numbers like this within a day, and almost nobody "
            "has signed in: %(prefix)s",
            "%(num)s passwords were texted to numbers like this within a day, and almost "
            "nobody has signed in: %(prefix)s",
            texts,
            prefix=prefix,
        ),
        _("Somebody may earn money from each of these texts. They get none for a day."),
        _("You need not do anything. Further blocks of this hour stand on this page only:"),
        public_address(PAGE),
    )


def budget_empty() -> EmailText:
    """To an admin, when the installation has sent all verification texts of its hour."""
    return _("No more passwords are texted for the moment"), paragraphs(
        _("PromoSMS has sent as many passwords and codes by text as it may within an hour."),
        _("New ones go out as soon as the hour allows. Until then people are asked to wait."),
        _("If so many are usual for you, raise VERIFICATION_TEXTS_PER_HOUR. Else look here:"),
        public_address(PAGE),
    )
