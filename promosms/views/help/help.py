"""The help: an index with a search, and a page for each topic."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from promosms.services.privacy import policies
from promosms.views.help import search
from promosms.views.help.topics import topics
from promosms.web.access import Access, allow

bp = Blueprint("help", __name__, url_prefix="/help")

LONGEST = 60


@bp.context_processor
def _facts() -> dict[str, object]:
    return {"by": policies.operator()}


@bp.route("")
@allow(Access.PUBLIC)
def index() -> ResponseReturnValue:
    """All topics, or those that have the words that somebody looks for."""
    query = request.args.get("q", "").strip()[:LONGEST]
    every = topics()
    return render_template(
        "help/index.html", query=query, topics=every, found=search.find(every, query)
    )


@bp.route("/<name>")
@allow(Access.PUBLIC)
def topic(name: str) -> ResponseReturnValue:
    """One topic, with the ways to the one before and the one after it."""
    every = topics()
    place = next((place for place, each in enumerate(every) if each.name == name), None)
    if place is None:
        abort(404)
    return render_template(
        "help/topic.html",
        topic=every[place],
        before=every[place - 1] if place else None,
        after=every[place + 1] if place + 1 < len(every) else None,
    )
