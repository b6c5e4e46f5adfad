"""The audit log."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from promosms.access import Access, allow
from promosms.services import admin, audit
from promosms.views.admin.blueprint import bp

ENTRIES = 50


@bp.route("/audit", endpoint="audit")
@allow(Access.ADMIN)
def audit_log() -> ResponseReturnValue:
    """What was done, from the newest on."""
    before = request.args.get("before", type=int)
    found = audit.recent(before, ENTRIES + 1)
    return render_template(
        "admin/audit.html",
        entries=found[:ENTRIES],
        names=admin.admin_emails(),
        first=before is not None,
        further=found[ENTRIES - 1].id if len(found) > ENTRIES else None,
    )
