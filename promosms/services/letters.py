"""What the e-mails of account pages and alerts say: (subject, body) in the reader's language."""

from promosms.language import gettext as _
from promosms.services.confirmations import public_address

Letter = tuple[str, str]


def confirm_registration(link: str) -> Letter:
    """To somebody who wants to register."""
    return _("Confirm your e-mail address"), _paragraphs(
        _("Welcome to PromoSMS."),
        _("Open this page to confirm your address. We then text a password to your number:"),
        link,
        _("The link works once, for 24 hours."),
        _("If you did not ask for an account, do nothing: none is made."),
    )


def already_registered() -> Letter:
    """To somebody who registers a second time."""
    return _("You already have an account"), _paragraphs(
        _("Somebody, probably you, wanted to register at PromoSMS with this e-mail address."),
        _("There already is an account with it. Sign in here:"),
        public_address("/login"),
        _("If you have forgotten your password, get a new one here:"),
        public_address("/forgotten"),
        _("If it was not you, do nothing: nothing has changed."),
    )


def reset(link: str) -> Letter:
    """To somebody who has forgotten the password."""
    return _("A new password for PromoSMS"), _paragraphs(
        _("Somebody, probably you, asked for a new password. Open this page to get it:"),
        link,
        _("The link works once, for one hour. Your old password works until you choose a new one."),
        _("If it was not you, do nothing: nothing has changed."),
    )


def no_account() -> Letter:
    """To an address without account, whose reader expects a new password."""
    return _("There is no account with this address"), _paragraphs(
        _("Somebody, probably you, asked for a new PromoSMS password for this e-mail address."),
        _("There is no account with it. Perhaps you have registered with another address."),
        _("You can make an account here:"),
        public_address("/register"),
        _("If it was not you, do nothing."),
    )


def password_changed() -> Letter:
    """To a user whose password has just been changed."""
    return _("Your PromoSMS password was changed"), _paragraphs(
        _("Your password was changed a moment ago. Other browsers have been signed out."),
        _("If it was not you, get a new password at once:"),
        public_address("/forgotten"),
    )


def gateway_paused(name: str, why: str) -> Letter:
    """To an admin, when a gateway has paused itself; `why` is a sentence."""
    return _("The gateway %(name)s has paused itself", name=name), _paragraphs(
        _("The gateway %(name)s sends nothing at the moment.", name=name),
        why,
        _("No text is lost: they all wait. Put it right with the provider, or in the settings."),
        _("Then open this page and press Resume:"),
        public_address("/admin/gateways"),
    )


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
