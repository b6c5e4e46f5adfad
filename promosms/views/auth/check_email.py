"""The page after a form that sends an e-mail; it is the same whether one was sent or not."""

from flask import render_template

from promosms.services.abuse import receivers


def page(address: str | None, again: str) -> str:
    """The page; `again` is the endpoint of the form."""
    return render_template(
        "auth/check_email.html", address=address, again=again, most=receivers.MOST
    )
