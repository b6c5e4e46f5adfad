"""Texts of e-mails about accounts, money and alerts, in the reader's language."""

from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.urls import public_address

EmailText = tuple[str, str]
"""Subject and body."""


def confirm_registration(link: str) -> EmailText:
    """To somebody who wants to register."""
    return _("Confirm your e-mail address"), paragraphs(
        _("Welcome to PromoSMS."),
        _("Open this page to confirm your address. We then text a password to your number:"),
        link,
        _("The link works once, for 24 hours."),
        _("If you did not ask for an account, do nothing: none is made."),
    )


def already_registered() -> EmailText:
    """To somebody who registers a second time."""
    return _("You already have an account"), paragraphs(
        _("Somebody, probably you, wanted to register at PromoSMS with this e-mail address."),
        _("There already is an account with it. Sign in here:"),
        public_address("/login"),
        _("If you have forgotten your password, get a new one here:"),
        public_address("/forgotten"),
        _("If it was not you, do nothing: nothing has changed."),
    )


def reset(link: str) -> EmailText:
    """To a user who has forgotten the password."""
    return _("A new password for PromoSMS"), paragraphs(
        _("Somebody, probably you, asked for a new password. Open this page to get it:"),
        link,
        _("The link works once, for one hour. Your old password works until you choose a new one."),
        _("If it was not you, do nothing: nothing has changed."),
    )


def no_account() -> EmailText:
    """To an address without account, for which a new password was requested."""
    return _("There is no account with this address"), paragraphs(
        _("Somebody, probably you, asked for a new PromoSMS password for this e-mail address."),
        _("There is no account with it. Perhaps you have registered with another address."),
        _("You can make an account here:"),
        public_address("/register"),
        _("If it was not you, do nothing."),
    )


def password_changed() -> EmailText:
    """To a user whose password has just been changed."""
    return _("Your PromoSMS password was changed"), paragraphs(
        _("Your password was changed a moment ago. Other browsers have been signed out."),
        _("If it was not you, get a new password at once:"),
        public_address("/forgotten"),
    )


def gateway_paused(name: str, why: str, *, probes: bool) -> EmailText:
    """To an admin, when a gateway has paused itself; `why` is a sentence.

    With `probes` it is tried again without the admin.
    """
    by_itself = _("PromoSMS tries it again with a few texts, and resumes it when they are taken.")
    return _("The gateway %(name)s has paused itself", name=name), paragraphs(
        _("The gateway %(name)s sends nothing at the moment.", name=name),
        why,
        _(
            "What waits for it leaves by another gateway of its route, if there is one. Nothing "
            "that it may have taken is sent twice."
        ),
        _("Put it right with the provider, or in the settings."),
        *([by_itself] if probes else []),
        _("To try it at once, open this page and press Resume:"),
        public_address("/admin/gateways"),
    )


def books_wrong(number: int, lines: list[str]) -> EmailText:
    """To an admin, when the nightly audit of the ledger has findings."""
    subject = ngettext(
        "The books do not add up in %(num)s place",
        "The books do not add up in %(num)s places",
        number,
    )
    return subject, paragraphs(
        _("Last night's audit of the ledger found figures that should be the same and are not:"),
        "\n".join(lines),
        _("Nothing was changed. To see all of it, run this command on the server:"),
        "scripts/run ledger audit",
        _("Then find the cause before you correct a balance, so that the correction stays right."),
    )


def chain_broken(where: str) -> EmailText:
    """To an admin, when the chain of the audit log does not hold; `where` is a sentence."""
    return _("The audit log has been changed"), paragraphs(
        _("Each entry of the audit log is bound to the one before it. Tonight that did not hold:"),
        where,
        _("Nobody can change it on these pages: somebody has written to the database itself."),
        _("Run this command on the server, and compare the database with your latest backup:"),
        "scripts/run audit verify",
    )


def adjustment_waits(amount: str, account: str) -> EmailText:
    """To an admin, when a correction of another admin waits for agreement."""
    return _("A correction waits for you"), paragraphs(
        _("Another admin wants to correct the balance of the account %(id)s.", id=account),
        _("The amount is %(amount)s, so a second admin has to agree.", amount=amount),
        _("Open this page to agree or to refuse:"),
        public_address("/admin/adjustments"),
    )


def approved() -> EmailText:
    """To an owner whose trial an admin has ended."""
    return _("Your account is approved"), paragraphs(
        _("The trial of your PromoSMS account is over: it can text all your recipients now."),
        _("Open this page to go on:"),
        public_address("/dashboard"),
    )


def balance_low(balance: str, below: str) -> EmailText:
    """To an owner whose balance has fallen below the chosen amount."""
    return _("Your balance is low: %(balance)s", balance=balance), paragraphs(
        _(
            "Your PromoSMS balance is %(balance)s, less than the %(below)s at which you wanted to "
            "be told.",
            balance=balance,
            below=below,
        ),
        _("Campaigns that cost more than that wait until you top up. You can do it here:"),
        public_address("/billing/top-up"),
        _("We write again only after the balance has been above your amount. Change it here:"),
        public_address("/billing/alerts"),
    )


def campaign_waits(name: str, missing: str, public_id: str) -> EmailText:
    """To an owner whose campaign lacks money."""
    return _("“%(name)s” waits: %(missing)s are missing", name=name, missing=missing), paragraphs(
        _("Your campaign “%(name)s” is ready, but nothing of it was sent.", name=name),
        _("The balance is %(missing)s too small. You can top up here:", missing=missing),
        public_address("/billing/top-up"),
        _("It goes on by itself when the money is there within a day; later you start it here:"),
        public_address(f"/campaigns/{public_id}"),
    )


def campaign_did_not_start(name: str, public_id: str) -> EmailText:
    """To an owner whose scheduled campaign could not start by itself."""
    return _("“%(name)s” has not started: please decide", name=name), paragraphs(
        _("Your campaign “%(name)s” was to start now, and nothing of it was sent.", name=name),
        _("Why, and what you can do, stands here: send it now, choose another time or cancel it."),
        public_address(f"/campaigns/{public_id}"),
    )


def topped_up(amount: str, balance: str) -> EmailText:
    """To an owner whose payment has reached the balance."""
    return _("%(amount)s have reached your balance", amount=amount), paragraphs(
        _("Thank you. %(amount)s were added to your PromoSMS balance.", amount=amount),
        _("It is %(balance)s now. The invoice comes in an e-mail of its own.", balance=balance),
        _("Every movement stands on the statement:"),
        public_address("/billing"),
    )


def invoice(number: str, amount: str) -> EmailText:
    """To a company, with the invoice of its top-up attached."""
    return _("Your invoice %(number)s", number=number), paragraphs(
        _("Thank you for your payment. The invoice %(number)s is attached.", number=number),
        _("It comes to %(amount)s and is paid: there is nothing left to do.", amount=amount),
        _("All invoices, also as files for your bookkeeper, are here:"),
        public_address("/billing/invoices"),
    )


def credit_note(number: str, original: str, amount: str) -> EmailText:
    """To a company, with the credit note for one of its invoices attached; `amount` positive."""
    return _("Your credit note %(number)s", number=number), paragraphs(
        _(
            "The credit note %(number)s for the invoice %(original)s is attached.",
            number=number,
            original=original,
        ),
        _("It comes to %(amount)s.", amount=amount),
        _("All invoices, also as files for your bookkeeper, are here:"),
        public_address("/billing/invoices"),
    )


def sender_waits(name: str) -> EmailText:
    """To an admin, when a customer asks for a sender name."""
    return _("A sender name waits for you: %(name)s", name=name), paragraphs(
        _("A customer wants to send under the name %(name)s.", name=name),
        _("Open this page to approve or to refuse it:"),
        public_address("/admin/senders"),
    )


def sender_approved(name: str) -> EmailText:
    """To an owner whose sender name was approved."""
    return _("You can send as %(name)s now", name=name), paragraphs(
        _("The sender name %(name)s is approved.", name=name),
        _("Choose it under From when you write a text:"),
        public_address("/campaigns/new"),
    )


def sender_refused(name: str, reason: str) -> EmailText:
    """To an owner whose sender name was refused; `reason` is the admin's."""
    return _("The sender name %(name)s was refused", name=name), paragraphs(
        _("You cannot send as %(name)s. The reason:", name=name),
        reason,
        _("You can ask again and say more, or ask for another name:"),
        public_address("/senders"),
    )


def sender_revoked(name: str, reason: str) -> EmailText:
    """To an owner whose sender name was taken back; `reason` is the admin's."""
    return _("You cannot send as %(name)s any more", name=name), paragraphs(
        _("The operator has taken the sender name %(name)s back. The reason:", name=name),
        reason,
        _("Campaigns under this name are paused. Cancel them, or send the rest with another one."),
        public_address("/campaigns"),
    )


def paragraphs(*parts: str) -> str:
    """The body of an e-mail."""
    return "\n\n".join(parts) + "\n"
