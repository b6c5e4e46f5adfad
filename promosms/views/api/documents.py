"""The OpenAPI document, and the pages about the API: for everybody, without script."""

from http import HTTPStatus
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, abort, current_app, json, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.api.webhooks import EVENTS
from promosms.models import Scope
from promosms.urls import public_address
from promosms.views.api import guide, plug_ins, reference, tools
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, openapi
from promosms.web.api.problems import DOCUMENTED, TYPES, ProblemType

bp = Blueprint("api_documents", __name__)
EXTENSION = "promosms.openapi"


@bp.context_processor
def _addresses() -> dict[str, object]:
    return {"api": public_address(PREFIX), "keys_page": url_for("api_keys.index")}


@bp.get("/api")
@allow(Access.PUBLIC)
def index() -> ResponseReturnValue:
    """How to begin, and what all requests have in common."""
    return render_template(
        "api/index.html",
        address=public_address(""),
        placeholder=guide.PLACEHOLDER,
        programs=guide.LANGUAGES,
        problem=guide.problem(),
        send=guide.samples("send"),
        read=guide.samples("read"),
        statuses=guide.STATUSES,
        tried=guide.tried(),
        scopes=_scopes(),
        **guide.figures(),
    )


@bp.get("/api/reference")
@allow(Access.PUBLIC)
def operations() -> ResponseReturnValue:
    """All operations by what they are about, and what a problem is."""
    return render_template("api/reference.html", reference=reference.read(_document()))


@bp.get("/api/reference/<name>")
@allow(Access.PUBLIC)
def topic(name: str) -> ResponseReturnValue:
    """The operations about one thing, and their objects, made of the OpenAPI document."""
    found = reference.read(_document()).topics.get(name)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template("api/topic.html", topic=found)


@bp.get("/api/webhooks")
@allow(Access.PUBLIC)
def webhooks() -> ResponseReturnValue:
    """What webhooks send, how a program checks it, and what happens if it does not answer."""
    document = _document()
    return render_template(
        "api/webhooks.html",
        events=reference.events(document),
        receive=guide.samples("receive"),
        programs=list(guide.LANGUAGES)[1:],
        delivery=guide.delivery(),
    )


@bp.get(DOCUMENTED)
@allow(Access.PUBLIC)
def errors() -> ResponseReturnValue:
    """Every problem, at the place that its `type` leads to."""
    by_status = groupby(sorted(TYPES.items(), key=_status), _status)
    statuses = [(HTTPStatus(status), list(problems)) for status, problems in by_status]
    return render_template("api/errors.html", statuses=statuses)


@bp.get("/api/promosms")
@allow(Access.PUBLIC)
def promosms() -> ResponseReturnValue:
    """PromoSMS REST 3.2: how a plug-in is pointed here, its fields and all statuses."""
    return render_template(
        "api/promosms.html",
        address=public_address(""),
        programs=plug_ins.LANGUAGES,
        samples=list(plug_ins.samples()),
        done=plug_ins.done(),
        refused=plug_ins.refused(),
        reported=plug_ins.reported(),
        statuses=plug_ins.statuses(),
        **plug_ins.figures(),
    )


@bp.get("/api/recipes")
@allow(Access.PUBLIC)
def recipes() -> ResponseReturnValue:
    """How Zapier, n8n and Make send texts and hear of replies, without a program."""
    return render_template(
        "api/recipes.html",
        address=public_address(""),
        placeholder=guide.PLACEHOLDER,
        send=tools.send(),
        add_webhook=tools.add_webhook(),
        check=tools.check(),
        delivery=guide.delivery(),
        **tools.figures(),
    )


@bp.get("/api/recipes/<name>.json")
@allow(Access.PUBLIC)
def workflow(name: str) -> Response:
    """A workflow that n8n imports, as a file to keep."""
    try:
        text = tools.workflow(name)
    except KeyError:
        abort(HTTPStatus.NOT_FOUND)
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="promosms-{name}.json"'
    return answer


@bp.get(f"{PREFIX}/openapi.json")
@allow(Access.PUBLIC)
def document() -> Response:
    """The OpenAPI document; it is the same for everybody until the next start."""
    return Response(json.dumps(_document(), ensure_ascii=False), mimetype="application/json")


def _document() -> dict[str, Any]:
    """The document, made once."""
    made: dict[str, Any] | None = current_app.extensions.get(EXTENSION)
    if made is None:
        made = current_app.extensions[EXTENSION] = openapi.document(current_app, EVENTS)
    return made


def _scopes() -> dict[Scope | None, list[openapi.Operation]]:
    """The operations that each scope allows, and those that need none."""
    every = openapi.operations(current_app)
    return {scope: [one for one in every if one.kind.scope is scope] for scope in (*Scope, None)}


def _status(each: tuple[str, ProblemType]) -> int:
    return each[1].status
