"""Texts of the e-mails about signing in and about changes of address and number."""

from promosms import language
from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address


def new_sign_in(browser: str, when: str) -> EmailText:
    """To a user who has signed in from a new browser or network."""
    return _("New sign-in to PromoSMS"), paragraphs(
        _("Somebody, probably you, has signed in from a browser or a place that is new to us."),
        f"{language.browser(browser)}, {when}",
        _("If it was you, there is nothing to do."),
        _otherwise(),
    )


def two_factor_on(undo: str) -> EmailText:
    """To a user who has just switched two-factor sign-in on; `undo` is a link, or ""."""
    return _("Two-step sign-in is on"), paragraphs(
        _("From now on signing in takes your password and a code from your app."),
        _("Keep your recovery codes where you find them without your phone."),
        _undo(undo),
    )


def two_factor_off(undo: str) -> EmailText:
    """To a user whose two-factor sign-in was switched off; `undo` is a link, or ""."""
    return _("Two-step sign-in is off"), paragraphs(
        _("From now on your password is enough to sign in. All recovery codes are void."),
        _undo(undo),
    )


def two_factor_lost(link: str) -> EmailText:
    """To a user who has lost app and codes; the link keeps two-factor sign-in on."""
    return _("Two-step sign-in ends in 24 hours"), paragraphs(
        _(
            "Somebody, probably you, has lost the app and the recovery codes. We have checked "
            "your e-mail address and your number. In 24 hours you can sign in without a code."
        ),
        _("If it was not you, open this page and press its button. Then nothing changes:"),
        link,
        _otherwise(),
    )


def recovery_code_used(left: int) -> EmailText:
    """To a user who has used a recovery code."""
    return _("A recovery code was used"), paragraphs(
        _("Somebody, probably you, has used one of your recovery codes instead of the app."),
        ngettext("%(num)s code is left.", "%(num)s codes are left.", left),
        _("You can make new ones here:"),
        public_address("/settings/two-steps"),
        _otherwise(),
    )


def new_recovery_codes(undo: str) -> EmailText:
    """To a user who has made a new set of recovery codes; `undo` is a link, or ""."""
    return _("New recovery codes"), paragraphs(
        _("You have new recovery codes for PromoSMS. Those from before are void."),
        _undo(undo),
    )


def codes_refused() -> EmailText:
    """To a user after five wrong codes that followed the right password."""
    return _("Somebody knows your PromoSMS password"), paragraphs(
        _("Your password was given, and then five wrong codes. Nothing was opened."),
        _("If it was not you, change your password now:"),
        public_address("/forgotten"),
    )


def confirm_email(link: str) -> EmailText:
    """To the new address of a user."""
    return _("Confirm your new e-mail address"), paragraphs(
        _("Somebody, probably you, wants to sign in to PromoSMS with this e-mail address."),
        _("Open this page and press its button to confirm that it is yours:"),
        link,
        _("The link works once, for 24 hours."),
        _("If it was not you, do nothing: nothing changes."),
    )


def email_taken() -> EmailText:
    """To the owner of an address that another user wants to use."""
    return _("This address already has an account"), paragraphs(
        _("Somebody, probably you, wanted to use this e-mail address for another account."),
        _("There is an account with it already, so nothing has changed. Sign in here:"),
        public_address("/login"),
        _("If it was not you, do nothing."),
    )


def email_asked() -> EmailText:
    """To the current address of a user who wants to change it."""
    return _("Your e-mail address is to be changed"), paragraphs(
        _("Somebody, probably you, wants to replace the e-mail address of your PromoSMS account."),
        _("Nothing changes until the new address is confirmed."),
        _otherwise(),
    )


def email_changed(new: str, undo: str) -> EmailText:
    """To the old address: `new` is masked, the link `undo` takes the change back."""
    return _("Your e-mail address was changed"), paragraphs(
        _("Your PromoSMS account now has the e-mail address %(address)s.", address=new),
        _undo(undo),
    )


def email_is_yours() -> EmailText:
    """To the new address, once it is in use."""
    return _("Your e-mail address was changed"), paragraphs(
        _("From now on you sign in to PromoSMS with this address."),
        public_address("/login"),
    )


def change_undone() -> EmailText:
    """To the address of a user whose factors are again as they were."""
    return _("Your PromoSMS account is as it was before the change"), paragraphs(
        _(
            "E-mail address, mobile number and two-step sign-in are again as they were before the "
            "change. Everybody is signed out, and the password is void."
        ),
        _("Get a new password here:"),
        public_address("/forgotten"),
    )


def confirm_phone(number: str, link: str) -> EmailText:
    """To a user who has typed in the code that was texted to the new number."""
    return _("Confirm your new mobile number"), paragraphs(
        _("Your PromoSMS account is to get the mobile number %(number)s.", number=number),
        _("Open this page and press its button to agree:"),
        link,
        _("The link works once, for 24 hours."),
        _otherwise(),
    )


def phone_changed(number: str, undo: str) -> EmailText:
    """To a user whose number was changed; `number` is masked, the link `undo` takes it back."""
    return _("Your mobile number was changed"), paragraphs(
        _("Passwords by text now go to %(number)s.", number=number),
        _undo(undo),
    )


def admin_invited(link: str, by: str) -> EmailText:
    """To somebody whom the admin with the address `by` wants beside them."""
    return _("You are invited to look after PromoSMS"), paragraphs(
        _(
            "%(email)s invites you to become an admin of the PromoSMS installation at %(address)s: "
            "you will see its accounts, payments and gateways.",
            email=by,
            address=public_address("/"),
        ),
        _("Open this page and choose a password:"),
        link,
        _("The link works once, for 24 hours."),
        _("You will also need an app that shows codes for signing in, on your phone."),
        _("If you do not know what this is about, do nothing: nothing happens."),
    )


def admin_joined(email: str, by: str) -> EmailText:
    """To the other admins; `by` is the address of the one who has invited, or ""."""
    how = (
        _("The invitation came from %(email)s.", email=by)
        if by
        else _("The invitation was printed by a command on the server.")
    )
    return _("%(email)s is an admin now", email=email), paragraphs(
        _("%(email)s has become an admin of this PromoSMS installation.", email=email),
        how,
        _("If this is not right, take the right away at once:"),
        public_address("/admin/admins"),
    )


def admin_ended(by: str, reason: str) -> EmailText:
    """To somebody who is no admin any more; `by` is another admin, "server", or "" for oneself."""
    return _("You are no longer an admin of PromoSMS"), paragraphs(
        _how_it_ended(by, reason),
        _("Your sign-in is deleted with everything that we had stored about you."),
        _("If this is not right, talk to the other admins."),
    )


def other_admin_ended(email: str, by: str, reason: str) -> EmailText:
    """To the admins who stay."""
    return _("%(email)s is no longer an admin", email=email), paragraphs(
        _("The right of %(email)s to administer this installation has ended.", email=email),
        _how_it_ended(by, reason),
        _("Corrections of balances that this admin had asked for, and that waited, are withdrawn."),
        _("See who is an admin:"),
        public_address("/admin/admins"),
    )


def _undo(link: str) -> str:
    if not link:
        return _otherwise()
    before: str = _(
        "If it was not you, take it back here within 7 days. E-mail address, mobile number and "
        "two-step sign-in are then as they were before this change, what was changed later falls "
        "with it, the password is void, and everybody is signed out:"
    )
    return before + "\n\n" + link


def _otherwise() -> str:
    before: str = _("If it was not you, get a new password at once, which signs everybody out:")
    return before + "\n\n" + public_address("/forgotten")


def _how_it_ended(by: str, reason: str) -> str:
    if not by:
        return str(_("It was given up on the page for it, with the password."))
    if by == "server":
        how = str(_("It was taken away by a command on the server."))
    else:
        how = str(_("It was taken away by %(email)s.", email=by))
    why = _("Reason: %(reason)s", reason=reason)
    return f"{how} {why}"
