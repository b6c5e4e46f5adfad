"""Texts of the e-mails about deleting an account, in the reader's language."""

from promosms.language import gettext as _
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address


def delete_account(link: str) -> EmailText:
    """To an owner, or to somebody with an unfinished registration."""
    return _("Delete your PromoSMS account"), paragraphs(
        _("Somebody, probably you, wants to delete the account with this e-mail address."),
        _("Open this page to see what will be lost, and to delete it:"),
        link,
        _("The link works for one hour. Nothing is deleted before you press the button there."),
        _("If it was not you, do nothing: nothing has changed."),
    )


def not_the_owner() -> EmailText:
    """To a member, who cannot delete the account."""
    return _("Only the owner can delete the account"), paragraphs(
        _("Somebody, probably you, wants to delete the account that you work in."),
        _("Only its owner can do that. Please ask the owner."),
        _("If it was not you, do nothing: nothing has changed."),
    )


def admin_leaves() -> EmailText:
    """To an admin, who leaves on another page."""
    return _("How an admin leaves"), paragraphs(
        _("Somebody, probably you, wants to delete the sign-in of an admin with this address."),
        _("Sign in and open this page:"),
        public_address("/admin/leave"),
        _(
            "If you cannot sign in, another admin can do it, or the command "
            "“scripts/run admin revoke” on the server."
        ),
        _("If it was not you, do nothing: nothing has changed."),
    )


def nothing_to_delete() -> EmailText:
    """To an address without account."""
    return _("There is nothing to delete"), paragraphs(
        _("Somebody, probably you, wants to delete a PromoSMS account with this e-mail address."),
        _("There is no account with it, and we have kept nothing of you but this e-mail."),
        _("If it was not you, do nothing."),
    )
