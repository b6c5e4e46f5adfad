"""The page of the refused rows of an import: each is mended with another number, or left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.form import Problem
from promosms.forms.imports import NumberForm, row_problem
from promosms.language import gettext as _
from promosms.language import ngettext, number
from promosms.models import Import
from promosms.services.auth.rights import Right
from promosms.services.imports import mending, refused_rows
from promosms.services.imports.mending import Mended, Result
from promosms.services.imports.refused_rows import RefusedRow
from promosms.services.recipients import fields
from promosms.sms import phone
from promosms.web.access import allow, my_account, owned

bp = Blueprint("mending", __name__)
_ACROSS = (Result.ADDED, Result.HERE, Result.REPEATED)


@dataclass
class Shown:
    """A row on the page: with its form, or with what has become of it."""

    row: RefusedRow
    form: NumberForm | None = None
    mended: Mended | None = None

    @property
    def phone(self) -> str:
        """The number that it has got."""
        return phone.pretty(self.mended.phone) if self.mended and self.mended.phone else ""

    @property
    def label(self) -> str:
        """The name of the field whose value is wrong; empty if it is the number."""
        return fields.labels(my_account()).get(self.row.field, "")

    @property
    def likely(self) -> str:
        """The number that is offered beside the field, because it is not certain."""
        offer = self.row.offer
        return phone.pretty(offer.e164) if offer and not offer.certain else ""

    @property
    def is_certain(self) -> bool:
        """Is there a certain number that waits to be used?"""
        return bool(self.form and self.row.of_number and self.row.offer and not self.likely)


@dataclass
class Mend:
    """The part of a page with refused rows: which rows it begins with and which come next.

    `gone` rows were settled before they were sent; `said` is what has become of the others.
    """

    public_id: str
    begin: str = ""
    next: str = ""
    rows: list[Shown] = field(default_factory=list)
    said: str = ""
    gone: int = 0

    @property
    def url(self) -> str:
        """Where the rows are sent."""
        return self._page(self.begin)

    @property
    def first(self) -> str:
        """The address of the first page; empty on it."""
        return self._page() if self.begin else ""

    @property
    def further(self) -> str:
        """The address of the next page; empty on the last one."""
        return self._page(self.next) if self.next else ""

    @property
    def forms(self) -> list[NumberForm]:
        """The forms of the rows that are still refused."""
        return [shown.form for shown in self.rows if shown.form]

    @property
    def fields(self) -> int:
        """How many numbers and other values can be typed in."""
        return sum(bool(shown.form) and shown.row.mendable for shown in self.rows)

    @property
    def values(self) -> int:
        """How many of the rows have a number, and another value that cannot be read."""
        return sum(bool(shown.form and shown.row.field) for shown in self.rows)

    @property
    def certain(self) -> int:
        """How many of the numbers are certain."""
        return sum(shown.is_certain for shown in self.rows)

    @property
    def problems(self) -> list[Problem]:
        """What is to be put right, for the summary."""
        return [
            Problem(str(shown.form.number.id), _problem(shown.row))
            for shown in self.rows
            if shown.form and shown.form.number.errors
        ]

    def _page(self, begin: str = "") -> str:
        return url_for("mending.page", public_id=self.public_id, first=begin or None)


def _problem(row: RefusedRow) -> str:
    """What is wrong with a row, in words that are understood away from it."""
    problem = row_problem(row.problem, my_account())
    return str(_("Row %(n)s: %(problem)s", n=number(row.number), problem=problem))


@bp.route("/imports/<public_id>/refused", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def page(public_id: str) -> ResponseReturnValue:
    """Refused rows; sent, what has become of them, in place."""
    import_ = owned(Import, public_id)
    region = my_account().region
    if request.method == "POST" and "certain" in request.form:
        taken = mending.take_certain(import_, region)
        flash(_taken(taken) or _("There was no certain number any more."), "good")
        return redirect(url_for("imports.show", public_id=public_id), 303)
    mend = _sent(import_, region) if request.method == "POST" else of_page(import_, region)
    return render_template(
        "imports/mend.html",
        import_=import_,
        mend=mend,
        forms=mend.forms,
        row_problem=partial(row_problem, account=my_account()),
    )


def of_page(import_: Import, region: str) -> Mend:
    """The rows of a page as they are; none if they cannot be mended."""
    mend = _empty(import_)
    if mending.may_mend(import_):
        found = refused_rows.page(import_, region, request.args.get("first", ""))
        mend.rows = [Shown(row, _form(row)) for row in found.rows]
        mend.next = str(found.next_key or "")
    return mend


def _empty(import_: Import) -> Mend:
    return Mend(import_.public_id, request.args.get("first", ""), request.form.get("next", ""))


def _sent(import_: Import, region: str) -> Mend:
    """Do what was pressed; the same rows again, with what has become of them."""
    keys = list(dict.fromkeys(request.form.getlist("row")[: refused_rows.PAGE]))
    before = refused_rows.chosen(import_, region, keys)
    results = _act(import_, region, before)
    after = refused_rows.chosen(import_, region, keys) if mending.may_mend(import_) else {}
    mend = _empty(import_)
    for key in keys:
        mended = results.get(key)
        if key in after:
            mend.rows.append(Shown(after[key], _form(after[key], mended)))
        elif key in before and mended and mended.result != Result.GONE:
            mend.rows.append(Shown(before[key], mended=mended))
        else:
            mend.gone += 1
    mend.said = _taken(sum(mended.result in _ACROSS for mended in results.values()))
    return mend


def _act(import_: Import, region: str, before: Mapping[str, RefusedRow]) -> dict[str, Mended]:
    form = request.form
    if key := form.get("leave"):
        left = mending.leave_out(import_, [key])
        return {key: Mended(Result.LEFT_OUT if left else Result.GONE)}
    if key := form.get("take"):
        offer = before[key].offer if key in before else None
        return mending.mend(import_, region, {key: offer.e164}) if offer else {}
    if key := form.get("one"):
        return mending.mend(import_, region, {key: _typed(key)})
    filled = {key: _typed(key) for key, row in before.items() if row.mendable}
    numbers = {key: typed for key, typed in filled.items() if typed not in ("", before[key].line)}
    return mending.mend(import_, region, numbers) if numbers else {}


def _typed(key: str) -> str:
    return request.form.get(f"{key}-number", "").strip()


def _form(row: RefusedRow, mended: Mended | None = None) -> NumberForm:
    form = NumberForm(prefix=row.public_id, number=row.filled)
    if mended and mended.result == Result.REFUSED:
        form.number.errors = [row_problem(row.problem, my_account())]
    return form


def _taken(count: int) -> str:
    return (
        ngettext(
            "%(n)s row is taken in now.", "%(n)s rows are taken in now.", count, n=number(count)
        )
        if count
        else ""
    )
