"""The OpenAPI document, and the pages about the API: for everybody, without script."""

from flask import Blueprint, Response, current_app, json

from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, openapi

bp = Blueprint("api_documents", __name__)
EXTENSION = "promosms.openapi"


@bp.get(f"{PREFIX}/openapi.json")
@allow(Access.PUBLIC)
def document() -> Response:
    """The OpenAPI document; it is the same for everybody until the next start."""
    text = current_app.extensions.get(EXTENSION)
    if text is None:
        made = openapi.document(current_app)
        text = current_app.extensions[EXTENSION] = json.dumps(made, ensure_ascii=False)
    return Response(text, mimetype="application/json")
