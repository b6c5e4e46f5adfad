"""Billing: the statement and the price list."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from promosms.access import Access, allow, my_account
from promosms.services import countries, installation, policies
from promosms.services import statement as ledger_lines

bp = Blueprint("billing", __name__, url_prefix="/billing")


@bp.route("")
@allow(Access.MEMBER)
def statement() -> ResponseReturnValue:
    """Balance, what is set aside, and every movement."""
    before = request.args.get("before", type=int)
    lines = ledger_lines.lines(my_account().id, before, ledger_lines.PAGE + 1)
    return render_template(
        "billing/statement.html",
        account=my_account(),
        lines=lines[: ledger_lines.PAGE],
        totals=ledger_lines.totals(my_account().id),
        first=before is not None,
        further=lines[ledger_lines.PAGE - 1].id if len(lines) > ledger_lines.PAGE else None,
        operator_email=policies.operator().email,
    )


@bp.route("/prices")
@allow(Access.MEMBER)
def prices() -> ResponseReturnValue:
    """What a part costs, by country."""
    wanted = request.args.get("q", "").strip()
    amounts = installation.prices(installation.default_route().id)
    rows = [
        (name, countries.calling_code(code), amounts[code])
        for code, name in countries.names(set(amounts))
        if _fits(wanted, code, name)
    ]
    return render_template("billing/prices.html", rows=rows, wanted=wanted)


def _fits(wanted: str, code: str, name: str) -> bool:
    typed = wanted.casefold()
    return (
        typed in name.casefold()
        or typed == code.casefold()
        or typed.lstrip("+") == countries.calling_code(code).lstrip("+")
    )
