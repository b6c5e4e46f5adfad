"""The page of the audit log."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from promosms.services.accounts import accounts
from promosms.services.audit import log as audit
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow

ENTRIES = 50


@bp.route("/audit", endpoint="audit")
@allow(Access.ADMIN)
def audit_log() -> ResponseReturnValue:
    """The audit log, the newest entries first."""
    before = request.args.get("before", type=int)
    entries = audit.recent(before, ENTRIES + 1)
    return render_template(
        "admin/audit.html",
        entries=entries[:ENTRIES],
        names=accounts.admin_emails(),
        first=before is not None,
        further=entries[ENTRIES - 1].id if len(entries) > ENTRIES else None,
    )
