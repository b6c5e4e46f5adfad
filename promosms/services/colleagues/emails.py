"""Texts of the e-mails about colleagues: invitations, roles, and sign-ins that end."""

from promosms.language import gettext as _
from promosms.models import Role
from promosms.services.colleagues.role_words import may_do, name_of
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address

PAGE = "/settings/colleagues"


def invited(link: str, role: Role, by: str) -> EmailText:
    """To somebody whom `by` (an e-mail address) wants as a colleague."""
    return _("%(email)s invites you to PromoSMS", email=by), paragraphs(
        _(
            "%(email)s invites you to work together in an account of PromoSMS, where a business "
            "texts its customers.",
            email=by,
        ),
        may_do(role),
        _("Open this page and choose a password:"),
        link,
        _("The link works once, for 7 days."),
        _("If you do not know what this is about, do nothing: nothing happens."),
    )


def invited_elsewhere(link: str, by: str) -> EmailText:
    """To a user of another account whom `by` wants as a colleague."""
    return _("%(email)s invites you to PromoSMS", email=by), paragraphs(
        _("%(email)s invites you to work together in an account of PromoSMS.", email=by),
        _(
            "You sign in with this e-mail address already, to another account, and an address "
            "belongs to one account only. Ask for an invitation to another address of yours. Or "
            "change the address of your sign-in in its settings, and open this page within 7 days:"
        ),
        link,
        _("If you do not know what this is about, do nothing: nothing happens."),
    )


def joined(email: str, role: Role) -> EmailText:
    """To the owners, when a colleague has joined."""
    return _("%(email)s has joined your account", email=email), paragraphs(
        _("%(email)s has accepted the invitation to your account of PromoSMS.", email=email),
        _("Role: %(role)s", role=name_of(role)),
        _("If this is not right, end the sign-in at once:"),
        public_address(PAGE),
    )


def role_changed(role: Role, by: str) -> EmailText:
    """To a colleague whose role `by` has changed."""
    return _("You have another role in PromoSMS"), paragraphs(
        _("%(email)s has changed your role.", email=by),
        may_do(role),
        public_address("/dashboard"),
    )


def ended(by: str) -> EmailText:
    """To somebody who signs in no more; `by` is an owner, or "" if it was the own wish."""
    return _("Your sign-in to PromoSMS has ended"), paragraphs(
        _("%(email)s has ended your sign-in.", email=by)
        if by
        else _("You have ended your sign-in."),
        _(
            "Your password, number and sessions are deleted. The owners of the account still see "
            "your e-mail address beside what you have done there."
        ),
    )


def somebody_left(email: str, by: str) -> EmailText:
    """To the owners who stay; `by` is one of them, or "" if the person has left."""
    return _("%(email)s has no sign-in to your account any more", email=email), paragraphs(
        _("%(owner)s has ended the sign-in of %(email)s.", owner=by, email=email)
        if by
        else _("%(email)s has left your account of PromoSMS.", email=email),
        _("See who signs in to your account:"),
        public_address(PAGE),
    )
