"""What the e-mails of account pages and alerts say: (subject, body) in the reader's language."""

from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.urls import public_address

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


def books_wrong(number: int, lines: list[str]) -> Letter:
    """To an admin, when the nightly audit has found that the ledger does not add up."""
    subject = ngettext(
        "The books do not add up in %(num)s place",
        "The books do not add up in %(num)s places",
        number,
    )
    return subject, _paragraphs(
        _("Last night's audit of the ledger found figures that should be the same and are not:"),
        "\n".join(lines),
        _("Nothing was changed. To see all of it, run this command on the server:"),
        "scripts/run ledger audit",
        _("Then find the cause before you correct a balance, so that the correction stays right."),
    )


def chain_broken(said: str) -> Letter:
    """To an admin, when the audit log was changed by somebody who can write to the database."""
    return _("The audit log has been changed"), _paragraphs(
        _("Each entry of the audit log is bound to the one before it. Tonight that did not hold:"),
        said,
        _("Nobody can change it on these pages: somebody has written to the database itself."),
        _("Run this command on the server, and compare the database with your latest backup:"),
        "scripts/run audit verify",
    )


def adjustment_waits(amount: str, account: str) -> Letter:
    """To an admin, when another one wants a correction that needs two of them."""
    return _("A correction waits for you"), _paragraphs(
        _("Another admin wants to correct the balance of the account %(id)s.", id=account),
        _("The amount is %(amount)s, so a second admin has to agree.", amount=amount),
        _("Open this page to agree or to refuse:"),
        public_address("/admin/adjustments"),
    )


def approved() -> Letter:
    """To an owner whose trial an admin has ended."""
    return _("Your account is approved"), _paragraphs(
        _("The trial of your PromoSMS account is over: it can text all your recipients now."),
        _("Open this page to go on:"),
        public_address("/dashboard"),
    )


def balance_low(balance: str, below: str) -> Letter:
    """To an owner whose balance has fallen below the amount of his choice."""
    return _("Your balance is low: %(balance)s", balance=balance), _paragraphs(
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


def campaign_waits(name: str, missing: str, public_id: str) -> Letter:
    """To an owner whose campaign lacks money."""
    return _("“%(name)s” waits: %(missing)s are missing", name=name, missing=missing), _paragraphs(
        _("Your campaign “%(name)s” is ready, but nothing of it was sent.", name=name),
        _("The balance is %(missing)s too small. You can top up here:", missing=missing),
        public_address("/billing/top-up"),
        _("It goes on by itself when the money is there within a day; later you start it here:"),
        public_address(f"/campaigns/{public_id}"),
    )


def topped_up(amount: str, balance: str) -> Letter:
    """To an owner whose payment has reached the balance."""
    return _("%(amount)s have reached your balance", amount=amount), _paragraphs(
        _("Thank you. %(amount)s were added to your PromoSMS balance.", amount=amount),
        _("It is %(balance)s now. The invoice comes in an e-mail of its own.", balance=balance),
        _("Every movement stands on the statement:"),
        public_address("/billing"),
    )


def invoice(number: str, amount: str) -> Letter:
    """To a company, with the invoice of its top-up attached."""
    return _("Your invoice %(number)s", number=number), _paragraphs(
        _("Thank you for your payment. The invoice %(number)s is attached.", number=number),
        _("It comes to %(amount)s and is paid: there is nothing left to do.", amount=amount),
        _("All invoices, also as files for your bookkeeper, are here:"),
        public_address("/billing/invoices"),
    )


def credit_note(number: str, original: str, amount: str) -> Letter:
    """To a company, with the credit note for one of its invoices attached; `amount` positive."""
    return _("Your credit note %(number)s", number=number), _paragraphs(
        _(
            "The credit note %(number)s for the invoice %(original)s is attached.",
            number=number,
            original=original,
        ),
        _("It comes to %(amount)s.", amount=amount),
        _("All invoices, also as files for your bookkeeper, are here:"),
        public_address("/billing/invoices"),
    )


def paragraphs(*parts: str) -> str:
    """The body of an e-mail."""
    return _paragraphs(*parts)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
