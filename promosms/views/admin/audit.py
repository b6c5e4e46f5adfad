"""The page of the audit log."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from promosms.services.accounts import accounts
from promosms.services.audit import log as audit
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow


@bp.route("/audit", endpoint="audit")
@allow(Access.ADMIN)
def audit_log() -> ResponseReturnValue:
    """The audit log, the newest entries first."""
    before = request.args.get("before", type=int)
    page = audit.page(before)
    return render_template(
        "admin/audit.html",
        entries=page.rows,
        names=accounts.admin_emails(),
        first=before is not None,
        further=page.next_key,
    )
