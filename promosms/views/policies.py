"""What anybody may read: the first page, privacy, cookies, terms."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from promosms import cookies as registry
from promosms import logs
from promosms.access import Access, allow, me
from promosms.config import setting
from promosms.services import languages, people, policies
from promosms.views.auth import home as start
from promosms.views.auth import safe_path

bp = Blueprint("policies", __name__)


@bp.context_processor
def _facts() -> dict[str, object]:
    return {"by": policies.operator(), "version": policies.VERSION}


@bp.app_context_processor
def _chrome() -> dict[str, object]:
    """What the notice and the footer of every page need."""
    return {
        "notice_open": registry.NOTICE.name not in request.cookies
        and request.endpoint != "policies.cookies",
        "languages": languages.names(setting("LANGUAGES")),
        "this_page": request.full_path.rstrip("?") if request.method == "GET" else "/",
    }


@bp.route("/")
@allow(Access.PUBLIC)
def home() -> ResponseReturnValue:
    """What this is, in one sentence and three steps."""
    if current_user.is_authenticated:
        return redirect(start())
    return render_template("policies/home.html")


@bp.route("/privacy")
@allow(Access.PUBLIC)
def privacy() -> ResponseReturnValue:
    """What is stored about whom, why, how long, and who else sees it."""
    return render_template(
        "policies/privacy.html",
        processors=policies.processors(),
        gateways=policies.gateways(),
        phone_shown=policies.phone_shown(),
        retention=policies.retention(),
        log_fields=sorted(logs.FIELDS),
    )


@bp.route("/cookies")
@allow(Access.PUBLIC)
def cookies() -> ResponseReturnValue:
    """The cookies, one by one."""
    return render_template("policies/cookies.html", cookies=registry.REGISTRY)


@bp.route("/terms")
@allow(Access.PUBLIC)
def terms() -> ResponseReturnValue:
    """The rules of the service."""
    return render_template("policies/terms.html")


@bp.route("/cookies/notice", methods=["POST"])
@allow(Access.PUBLIC)
def dismiss_notice() -> ResponseReturnValue:
    """Close the notice about cookies for a year."""
    response = _back()
    registry.put(response, registry.NOTICE, "closed")
    return response


@bp.route("/language", methods=["POST"])
@allow(Access.PUBLIC)
def choose_language() -> ResponseReturnValue:
    """Keep the chosen language: with the user when signed in, else in a cookie."""
    response = _back()
    chosen = request.form.get("language", "")
    if chosen not in setting("LANGUAGES"):
        return response
    if current_user.is_authenticated:
        people.choose_language(me().id, chosen)
    else:
        registry.put(response, registry.LANGUAGE, chosen)
    return response


def _back() -> Response:
    """To the page on which the form stood, if it is one of ours."""
    page = safe_path(request.form.get("page", ""))
    return make_response(redirect(page or url_for("policies.home"), code=303))
