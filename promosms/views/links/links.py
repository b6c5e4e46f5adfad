"""Short links: whoever opens one gets to its page at once, and no trace of the device stays."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from promosms.services.links import clicks, links
from promosms.web import robots
from promosms.web.access import Access, allow

bp = Blueprint("links", __name__)


@bp.after_request
def _keep_from_search(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.route(f"{links.PATH}<link>")
@allow(Access.PUBLIC)
def follow(link: str) -> ResponseReturnValue:
    """Go where the link leads, and count people who do."""
    target = clicks.follow(link) if robots.is_person() else clicks.target(link)
    if target is None:
        # The same for a link that never was: nobody learns which ones there were.
        return render_template("links/gone.html"), 410 if links.decode(link) else 404
    return Response(status=302, headers={"Location": target})
