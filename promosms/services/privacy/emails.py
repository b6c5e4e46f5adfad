"""What the e-mails about leaving say: (subject, body) in the reader's language."""

from promosms.language import gettext as _
from promosms.services.mail.emails import Letter


def leave(link: str) -> Letter:
    """To an owner, or to somebody who has begun to register, who wants everything deleted."""
    return _("Delete your PromoSMS account"), _paragraphs(
        _("Somebody, probably you, wants to delete the account with this e-mail address."),
        _("Open this page to see what will be lost, and to delete it:"),
        link,
        _("The link works for one hour. Nothing is deleted before you press the button there."),
        _("If it was not you, do nothing: nothing has changed."),
    )


def not_the_owner() -> Letter:
    """To a member of somebody else's account."""
    return _("Only the owner can delete the account"), _paragraphs(
        _("Somebody, probably you, wants to delete the account that you work in."),
        _("Only its owner can do that. Please ask the owner."),
        _("If it was not you, do nothing: nothing has changed."),
    )


def nothing_here() -> Letter:
    """To an address without account."""
    return _("There is nothing to delete"), _paragraphs(
        _("Somebody, probably you, wants to delete a PromoSMS account with this e-mail address."),
        _("There is no account with it, and we have kept nothing of you but this e-mail."),
        _("If it was not you, do nothing."),
    )


def _paragraphs(*lines: str) -> str:
    return "\n\n".join(lines) + "\n"
