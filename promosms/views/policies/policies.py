"""Public pages: the first page, privacy and its promises, cookies, terms."""

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
from markupsafe import Markup

from promosms.language import current_language
from promosms.language import gettext as _
from promosms.lib import languages
from promosms.logs import schema as log_schema
from promosms.services.accounts import preferences
from promosms.services.policies import cookie_choices, promises
from promosms.services.policies import versions as policy_versions
from promosms.services.policies.promise_values import VALUES
from promosms.services.privacy import policies, processing
from promosms.services.recipients import fields
from promosms.settings import optional_cookies, settings
from promosms.views.auth.sign_in_flow import home as start
from promosms.views.policies import front
from promosms.views.prices import in_short
from promosms.web import cookies as registry
from promosms.web.access import Access, allow, me, safe_path
from promosms.web.limits import limit

bp = Blueprint("policies", __name__)

POST = ["POST"]
CHOICES = "20/minute;200/day"
FLASHES = "#said"


@bp.context_processor
def _facts() -> dict[str, object]:
    return {"by": policies.operator(), "version": policy_versions.latest()}


@bp.app_context_processor
def _layout() -> dict[str, object]:
    """Values for the notice and the footer of every page."""
    latest = policy_versions.latest().name
    return {
        "notice_open": request.endpoint != "policies.cookies"
        and registry.notice_open(settings, request, latest),
        "optional_cookies": optional_cookies.categories(settings),
        "optional_accepted": registry.accepted(settings, request),
        "languages": languages.names(settings.languages),
        "this_page": request.full_path.rstrip("?") if request.method == "GET" else "/",
    }


@bp.route("/")
@allow(Access.PUBLIC)
def home() -> ResponseReturnValue:
    """What this is: an example, three steps, some prices, and the promises that matter first."""
    if current_user.is_authenticated:
        return redirect(start())
    every = promises.promises(current_language())
    return render_template(
        "policies/home.html",
        example=front.example(),
        prices=in_short(),
        promised=len(every),
        promises=[promise for promise in every if promise.id in front.PROMISES],
    )


@bp.route("/privacy")
@allow(Access.PUBLIC)
def privacy() -> ResponseReturnValue:
    """What is stored about people, why, how long, and who else gets it."""
    return render_template(
        "policies/privacy.html",
        promises=promises.by_section(promises.promises(current_language())),
        times=VALUES,
        receivers=policies.receivers(),
        sends=bool(policies.gateways()),
        phone_shown=policies.phone_shown(),
        stored=processing.sections(),
        retention=policies.retention(),
        kinds=fields.kinds(),
        country=settings.operator_country,
        log_fields=list(log_schema.WITH_ADDRESS),
    )


@bp.route("/privacy/promises")
@allow(Access.PUBLIC)
def kept() -> ResponseReturnValue:
    """Each promise of the privacy page, how it is kept, and the tests that prove it."""
    return render_template("policies/promises.html", promises=promises.promises(current_language()))


@bp.route("/privacy/versions")
@allow(Access.PUBLIC)
def versions() -> ResponseReturnValue:
    """All versions of the policies with their changes."""
    return render_template("policies/versions.html", versions=policy_versions.versions())


@bp.route("/privacy/versions/<day>")
@allow(Access.PUBLIC)
def old_version(day: str) -> ResponseReturnValue:
    """The text of a version as it was published."""
    version = policy_versions.find(day)
    if version is None:
        abort(404)
    language = version.language(current_language())
    words = Markup(policy_versions.words_of(version, language))  # files of this software
    return render_template("policies/version.html", shown=version, language=language, words=words)


@bp.route("/cookies")
@allow(Access.PUBLIC)
def cookies() -> ResponseReturnValue:
    """The cookies, one by one, and the choice about the optional ones."""
    offered = optional_cookies.categories(settings)
    language = current_language()
    optional = [cookie for category in offered for cookie in registry.optional(category, language)]
    return render_template(
        "policies/cookies.html",
        cookies=[*registry.listed(trying_out=policies.phone_shown()), *optional],
        choice=registry.choice(request),
        refused_everywhere=registry.refuses_everywhere(request),
    )


@bp.route("/terms")
@allow(Access.PUBLIC)
def terms() -> ResponseReturnValue:
    """The rules of the service."""
    return render_template("policies/terms.html")


@bp.route("/cookies/notice", methods=POST)
@allow(Access.PUBLIC)
@limit(CHOICES, methods=POST)
def dismiss_notice() -> ResponseReturnValue:
    """Close the notice about the necessary cookies for half a year."""
    flash(_("The notice is closed. You find it again under Cookie settings."), "good")
    response = _back(FLASHES)
    registry.put(response, registry.NOTICE, "closed")
    return response


@bp.route("/cookies/choice", methods=POST)
@allow(Access.PUBLIC)
@limit(CHOICES, methods=POST)
def choose_cookies() -> ResponseReturnValue:
    """Accept or reject optional cookies: all, or one category."""
    offered = optional_cookies.categories(settings)
    answer = request.form.get("answer")
    if not offered or answer not in ("accept", "reject"):
        return _back()
    named = request.form.get("category", "")
    names = {category.name for category in offered if named in ("", category.name)}
    before = {category.name for category in registry.accepted(settings, request)}
    refused = registry.refuses_everywhere(request)
    accepted = before | names if answer == "accept" and not refused else before - names
    return _chosen(offered, accepted)


@bp.route("/language", methods=POST)
@allow(Access.PUBLIC)
@limit(CHOICES, methods=POST)
def choose_language() -> ResponseReturnValue:
    """Store the chosen language: with a signed-in user, else in a cookie."""
    response = _back()
    chosen = request.form.get("language", "")
    if chosen not in settings.languages:
        return response
    if current_user.is_authenticated:
        preferences.choose_language(me().id, chosen)
    else:
        registry.put(response, registry.LANGUAGE, chosen)
    return response


def _chosen(offered: list[optional_cookies.Category], accepted: set[str]) -> Response:
    """Record a choice, store it in a cookie, and delete rejected cookies."""
    latest = policy_versions.latest().name
    rejected = {category.name for category in offered} - accepted
    public_id = cookie_choices.record(latest, accepted, rejected, current_language())
    choice = registry.Choice(latest, public_id, frozenset(accepted), frozenset(rejected))
    if accepted:
        flash(_("Thank you. You can change your mind under Cookie settings at any time."), "good")
    else:
        flash(_("Only the necessary cookies are used."), "good")
    response = _back(FLASHES)
    registry.put(response, registry.NOTICE, choice.serialised())
    for category in offered:
        if category.name in rejected:
            for name in set(category.cookies) & set(request.cookies):
                registry.forget(response, name)
    return response


def _back(place: str = "") -> Response:
    """Go back to the page of the form, if it is on this site; `place` is a fragment."""
    page = safe_path(request.form.get("page", "")) or url_for("policies.home")
    return make_response(redirect(page + place, code=303))
