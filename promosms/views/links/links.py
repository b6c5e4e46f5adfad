"""Short links: whoever opens one gets to its page at once, and no trace of the device stays."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from promosms.extensions import csrf
from promosms.language import current_language, force_locale
from promosms.services.links import clicks, links, opt_outs
from promosms.services.links.opt_outs import WayOut
from promosms.settings import settings
from promosms.web.access import Access, allow
from promosms.web.limits import limit

bp = Blueprint("links", __name__)


@bp.after_request
def _keep_from_search(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.route(f"{links.PATH}<link>")
@allow(Access.PUBLIC)
def follow(link: str) -> ResponseReturnValue:
    """Go where the link leads; one to opt out shows what it would do.

    Nobody is counted here: people who are led on do not come this far, see `redirects`.
    """
    if (target := clicks.target(link)) is not None:
        return Response(status=302, headers={"Location": target})
    way_out = opt_outs.find(link)
    return _gone(link) if way_out is None else _page(way_out, link, done=False)


@bp.route(f"{links.PATH}<link>", methods=["POST"])
@allow(Access.PUBLIC)
@csrf.exempt  # the code in the address is the secret: no cookie is needed, and none is set
@limit("10/minute;60/hour")
def opt_out(link: str) -> ResponseReturnValue:
    """Opt out; pressed a second time it says the same."""
    way_out = opt_outs.opt_out(link)
    return _gone(link) if way_out is None else _page(way_out, link, done=True)


def _page(way_out: WayOut, link: str, *, done: bool) -> str:
    """In the language of the text, if the pages have it."""
    known = way_out.language if way_out.language in settings.languages else current_language()
    with force_locale(known):
        return render_template("links/opt_out.html", way_out=way_out, link=link, done=done)


def _gone(link: str) -> ResponseReturnValue:
    """The same for a link that never was: nobody learns which ones there were."""
    return render_template("links/gone.html"), 410 if links.decode(link) else 404
