"""E-mails about payments that went another way than usual; queued in the caller's transaction."""

from promosms.language import gettext as _
from promosms.language import money
from promosms.services.mail.emails import EmailText
from promosms.urls import public_address


def dispute_opened(account: str, dispute: str, amount: int, missing: int) -> EmailText:
    """To an admin: a bank has taken a payment back."""
    lines = [
        _("The bank of a customer has taken back %(amount)s.", amount=money(amount)),
        _("The account is suspended. Answer the dispute %(dispute)s at Stripe.", dispute=dispute),
    ]
    if missing:
        lines.append(_("%(amount)s of it was spent already.", amount=money(missing)))
    return _("A card payment is disputed"), _text(*lines, _account(account))


def dispute_closed(account: str, dispute: str, won: bool) -> EmailText:
    """To an admin: how a dispute has ended."""
    if won:
        said = _("The dispute %(dispute)s is won: the money came back.", dispute=dispute)
        return _("A dispute is won"), _text(said, _account(account))
    said = _("The dispute %(dispute)s is lost: the money is gone.", dispute=dispute)
    stays = _("The account stays suspended until you lift that.")
    return _("A dispute is lost"), _text(said, stays, _account(account))


def refund_short(account: str, amount: int, missing: int) -> EmailText:
    """To an admin: more went back than was left in the balance."""
    return _("A refund was larger than the balance"), _text(
        _("%(amount)s went back to a customer by card.", amount=money(amount)),
        _("%(amount)s of it was spent already.", amount=money(missing)),
        _account(account),
    )


def refund_failed(account: str, refund: str, amount: int) -> EmailText:
    """To an admin: the bank of the payer did not take the money."""
    return _("A refund did not arrive"), _text(
        _("The refund %(refund)s over %(amount)s came back.", refund=refund, amount=money(amount)),
        _("The customer is still owed it. Send it by transfer, and book that as a refund."),
        _account(account),
    )


def payment_unclear(payment: str, why: str) -> EmailText:
    """To an admin: money has come that could not be booked."""
    return _("A card payment could not be booked"), _text(
        _("Stripe has taken the payment %(payment)s, and we cannot book it.", payment=payment),
        why,
        _("Look at it in the dashboard of Stripe, and send it back if it is nobody's."),
    )


def automatic_stopped(why: str) -> EmailText:
    """To an owner: the saved card was refused."""
    return _("The automatic top-up is switched off"), _text(
        why,
        _("Nothing was charged, and we do not try again by ourselves."),
        _("Open this page to choose another card and to switch it on again:"),
        public_address("/billing/automatic"),
    )


def _account(public_id: str) -> str:
    return public_address(f"/admin/accounts/{public_id}")


def _text(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
