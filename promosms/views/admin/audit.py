"""The page of the audit log."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from promosms.services.accounts import names
from promosms.services.audit import log as audit
from promosms.views.admin.audit_sentences import KINDS, told
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow


@bp.route("/audit", endpoint="audit")
@allow(Access.ADMIN)
def audit_log() -> ResponseReturnValue:
    """The audit log, the newest entries first: all of it, a part, or what concerns one account."""
    before = request.args.get("before", type=int)
    kind, subject = request.args.get("kind", ""), request.args.get("account", "")[:40]
    kinds = KINDS[kind][1] if kind in KINDS else ()
    page = audit.page(before, subject if subject.isalnum() else "", kinds)
    return render_template(
        "admin/audit.html",
        entries=told(page.rows),
        kinds=KINDS,
        chosen=kind if kind in KINDS else "",
        subject=subject,
        name=names.of_public_ids([subject]).get(subject, "") if subject.isalnum() else "",
        first=before is not None,
        further=page.next_key,
    )
