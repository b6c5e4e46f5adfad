"""KSeF numbers of invoices: typed, or read from a receipt or a table."""

from contextlib import closing

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.documents.ksef import BadNumber
from promosms.forms.ksef import KsefFileForm, KsefForm, number_problem
from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.services.invoices import ksef
from promosms.services.invoices.ksef import Outcome
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, fresh, me

LARGEST = 5_000_000
SHOWN = 20


@bp.route("/invoices/ksef")
@allow(Access.ADMIN)
def ksef_numbers() -> ResponseReturnValue:
    """The invoices of which nothing is known, and both forms."""
    typed = {"invoice": request.args.get("invoice", "")[:40]}
    return _page(KsefForm(formdata=None, data=typed), KsefFileForm(formdata=None))


@bp.route("/invoices/ksef", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def set_ksef_number() -> ResponseReturnValue:
    """Record the number of an invoice, or that it was issued outside KSeF."""
    form = KsefForm()
    if not form.validate() or not _record(form):
        return _page(form, KsefFileForm(formdata=None)), 422
    return redirect(url_for("admin.ksef_numbers"), code=303)


@bp.route("/invoices/ksef/file", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def read_ksef_file() -> ResponseReturnValue:
    """Record the numbers of a receipt or a table, and say which were not."""
    form = KsefFileForm()
    if form.validate():
        with closing(form.file.data) as file:
            content = file.stream.read(LARGEST + 1)
        try:
            if len(content) > LARGEST:
                raise ksef.BadFile
            outcome = ksef.read_file(content, me().public_id)
        except ksef.BadFile:
            form.file.errors = [
                _("This is neither a receipt of KSeF nor a table with KSeF numbers.")
            ]
        else:
            _tell(outcome)
            return redirect(url_for("admin.ksef_numbers"), code=303)
    return _page(KsefForm(formdata=None), form), 422


def _record(form: KsefForm) -> bool:
    invoice = ksef.find(form.invoice.data or "")
    if invoice is None:
        form.invoice.errors = [_("There is no invoice for KSeF with this number.")]
        return False
    try:
        if form.outside.data:
            ksef.record_outside(invoice, me().public_id)
        else:
            ksef.record(invoice, form.number.data or "", me().public_id)
    except BadNumber as error:
        form.number.errors = [number_problem(error.problem)]
        return False
    flash(_("It is recorded for %(invoice)s.", invoice=invoice.label), "good")
    return True


def _tell(outcome: Outcome) -> None:
    new, known = len(outcome.recorded), len(outcome.known)
    recorded = ngettext("%(num)s number is recorded.", "%(num)s numbers are recorded.", new)
    before = ngettext("%(num)s was known already.", "%(num)s were known already.", known)
    flash(f"{recorded} {before}" if known else recorded, "good" if new or known else "info")
    if outcome.unknown:
        labels = ", ".join(outcome.unknown[:SHOWN])
        flash(_("These are no invoices of ours for KSeF: %(labels)s.", labels=labels), "warn")
    for label, problem in outcome.bad[:SHOWN]:
        flash(f"{label}: {number_problem(problem)}", "warn")


def _page(form: KsefForm, file_form: KsefFileForm) -> str:
    return render_template(
        "admin/ksef.html", form=form, file_form=file_form, waiting=ksef.waiting()
    )
