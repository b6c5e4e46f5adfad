"""The simulated phone: shows the texts of the simulated network, and e-mails of the outbox.

It shows system passwords, so it exists only on a machine where PromoSMS is tried out, and opens
only with the link that the start prints: a browser that has come by it gets a cookie.
"""

import re
from datetime import UTC, datetime

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from promosms.forms.simulated_phone import ReplyForm
from promosms.gateways.simulator_store import Shown
from promosms.language import gettext as _
from promosms.language import lazy_gettext, operator_name
from promosms.models import Email, Role
from promosms.services.gateways import simulated_phone
from promosms.services.reply_emails import words
from promosms.settings import settings
from promosms.sms import phone
from promosms.web import cookies
from promosms.web.access import Access, allow
from promosms.web.limits import limit
from promosms.web.security import came_directly

bp = Blueprint("phone", __name__)

MOST = 25
MOST_CONVERSATIONS = 12
MOST_EMAILS = 6

ENDINGS = {
    "delivered": lazy_gettext("Delivered"),
    "rejected": lazy_gettext("The network refuses the text"),
    "undelivered": lazy_gettext("Sent, but not delivered"),
    "expired": lazy_gettext("Sent, but the phone was not reachable in time"),
    "slow": lazy_gettext("Delivered, but the confirmation comes late"),
    "no_receipt": lazy_gettext("Sent, and no confirmation ever comes"),
    "lost_answer": lazy_gettext("The connection breaks at the moment of sending"),
    "busy": lazy_gettext("The network is busy at first, then delivers"),
}


def offered() -> bool:
    """Is the phone there for the person at this machine, or for an admin? It may be closed yet."""
    return simulated_phone.available() and (came_directly(request) or _is_admin())


def visible() -> bool:
    """May this request see the phone? A browser of this machine that came by the link; admins."""
    if not simulated_phone.available():
        return False
    came_by_link = simulated_phone.is_pass(request.cookies.get(cookies.PHONE.name, ""))
    return (came_by_link and came_directly(request)) or _is_admin()


def in_templates() -> dict[str, object]:
    """For pages that say where to read what was sent: on the page of the simulated phone."""
    return {"phone_offered": offered, "phone_visible": visible}


@bp.before_request
def _hide() -> ResponseReturnValue | None:
    if not simulated_phone.available():
        abort(404)
    if request.endpoint == "phone.open_phone" or visible():
        return None
    return _closed()


@bp.after_request
def _keep_from_caches(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"  # it shows passwords
    return response


@bp.context_processor
def _shown() -> dict[str, object]:
    return {"pieces": pieces, "endings": ENDINGS, "pretty": pretty}


@bp.route("/phone")
@allow(Access.PUBLIC)
def index() -> ResponseReturnValue:
    """The newest texts and e-mails; with a number its conversation, or one e-mail."""
    number, email = _number(), _email()
    reachable = simulated_phone.reachable(number) if number else []
    return render_template(
        "phone/index.html",
        form=ReplyForm(),
        to=reachable[0] if reachable else "",
        outcomes=simulated_phone.OUTCOMES,
        number=number,
        texts=_texts(number),
        email=email,
        email_body=_body(email),
        sender=settings.mail_sender or settings.operator_email or operator_name(),
        **_lists(),
    )


@bp.route("/phone/open/<key>")
@allow(Access.PUBLIC)
@limit("30/minute")
def open_phone(key: str) -> ResponseReturnValue:
    """The link that the start has printed: open the phone for this browser."""
    if not came_directly(request) or not simulated_phone.is_key(key):
        return _closed()
    response = make_response(redirect(url_for("phone.index"), 303))
    cookies.put(response, cookies.PHONE, simulated_phone.new_pass())
    return response


@bp.route("/phone/live")
@allow(Access.PUBLIC)
def live() -> ResponseReturnValue:
    """The part of the phone that is refreshed: a conversation, or the lists beside it."""
    number = _number()
    if request.args.get("part") == "texts":
        return render_template("phone/live_texts.html", number=number, texts=_texts(number))
    return render_template("phone/live.html", number=number, email=_email(), **_lists())


@bp.route("/phone/reply", methods=["POST"])
@allow(Access.PUBLIC)
@limit("60/minute")
def reply() -> ResponseReturnValue:
    """Send a reply from the number."""
    form = ReplyForm()
    number, to = form.number.data or "", form.to.data or ""
    if not number or _normalised(number) != number or to not in simulated_phone.reachable(number):
        abort(404)
    if form.validate():
        simulated_phone.reply(number, to, form.text.data or "")
        flash(_("Your answer is on its way."), "good")
    else:
        flash(_("Write an answer first."), "bad")
    return redirect(url_for("phone.index", number=number), 303)


def pieces(body: str) -> list[tuple[str, bool]]:
    """A text split into pieces; True for pieces that are links to this installation."""
    link = re.compile(f'({re.escape(settings.public_url)}(?:[/?#][^\\s<>"]*)?)')
    return [(piece, n % 2 == 1) for n, piece in enumerate(link.split(body)) if piece]


def pretty(number: str) -> str:
    """A number as it is written in its country; test numbers need not exist."""
    try:
        return phone.pretty(number)
    except phone.InvalidPhone:
        return number


def _is_admin() -> bool:
    user = current_user.user if current_user.is_authenticated else None
    return user is not None and user.role == Role.ADMIN and not user.must_choose_password


def _closed() -> ResponseReturnValue:
    """How it is opened: the same page for everybody, whatever was missing."""
    return render_template("phone/closed.html"), 404


def _number() -> str:
    return _normalised(request.args.get("number", ""))


def _email() -> Email | None:
    return simulated_phone.email(request.args.get("email", 0, type=int))


def _body(email: Email | None) -> str:
    """As it leaves: with the words of replies that are put in then."""
    if email is None:
        return ""
    return words.put_in(email.body, email.recipient, email.account_id, email.of_replies)


def _texts(number: str) -> list[tuple[datetime, Shown]]:
    """The texts of a conversation with their times, the oldest first."""
    found = reversed(simulated_phone.texts(number, MOST)) if number else []
    return [(datetime.fromtimestamp(text.at, UTC), text) for text in found]


def _lists() -> dict[str, object]:
    latest = simulated_phone.conversations(MOST_CONVERSATIONS)
    return {
        "conversations": [(datetime.fromtimestamp(text.at, UTC), text) for text in latest],
        "emails": simulated_phone.emails(MOST_EMAILS),
    }


def _normalised(number: str) -> str:
    """A typed number in E.164; in a query string the plus sign arrives as a space."""
    typed = f"+{number[1:]}" if number.startswith(" ") else number
    try:
        return phone.parse(typed, settings.registration_countries[0]).e164
    except phone.InvalidPhone:
        # Test numbers of the simulator need not exist.
        digits = "".join(sign for sign in number if sign.isdigit())
        return f"+{digits}" if digits else ""
