"""The pages of automatic answers, and of the hours by which they go."""

from zoneinfo import ZoneInfo

from babel.lists import format_list
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_time, get_locale

from promosms.forms.automatic_answers import AutomaticAnswerForm, OpeningHoursForm, TryForm
from promosms.language import gettext as _
from promosms.language import pgettext
from promosms.models import AnswerKind, AutomaticAnswer, now
from promosms.services.auth.rights import Right
from promosms.services.automatic_answers import answers, choice, opening_hours
from promosms.services.automatic_answers.opening_hours import Hours, Settings
from promosms.services.inbox import direct_texts
from promosms.sms.keywords import Keyword, recognise
from promosms.views.recipients import answer_labels
from promosms.web.access import allow, my_account, owned

bp = Blueprint("automatic_answers", __name__)


@bp.route("/recipients/automatic-answers", methods=["GET", "POST"])
@allow(Right.ANSWER)
def index() -> ResponseReturnValue:
    """All automatic answers, the hours, and a text to try, which sends nothing."""
    form, account = TryForm(), my_account()
    tried = form.validate_on_submit()
    settings = opening_hours.of(account.id)
    return render_template(
        "automatic_answers/index.html",
        form=form,
        answers=answers.all_of(account.id),
        settings=settings,
        week=_week(settings),
        is_open=opening_hours.is_open(settings, now(), ZoneInfo(account.timezone), account.region),
        tried=tried,
        found=choice.choose(account, form.tried.data or "", now()) if tried else None,
        why_none=_why_none(form.tried.data or "") if tried else "",
        missed=answer_labels.missed,
        title=answer_labels.title,
    )


@bp.route("/recipients/automatic-answers/new", methods=["GET", "POST"])
@allow(Right.ANSWER)
def new() -> ResponseReturnValue:
    """Write a new automatic answer."""
    return _page(AutomaticAnswerForm())


@bp.route("/recipients/automatic-answers/<public_id>", methods=["GET", "POST"])
@allow(Right.ANSWER)
def change(public_id: str) -> ResponseReturnValue:
    """Change an automatic answer."""
    answer = owned(AutomaticAnswer, public_id)
    stored = {name: getattr(answer, name) for name in ("kind", "keyword", "text")}
    return _page(AutomaticAnswerForm(data=stored), answer)


def _page(form: AutomaticAnswerForm, answer: AutomaticAnswer | None = None) -> ResponseReturnValue:
    public_id, action = answer.public_id if answer else "", request.form.get("action", "")
    asked = False
    if action == "plain":
        form.make_plain()
    elif not action and form.validate_on_submit():
        try:
            if _saved(form, public_id):
                flash(_("The answer is saved. From now on it goes back by itself."), "good")
                return redirect(url_for("automatic_answers.index"), 303)
        except answers.NotAgreed:
            asked = True
    cost = direct_texts.cost_of(form.text.data or "", answers.part_price(my_account()))
    partial = "X-Partial" in request.headers
    page = "automatic_answers/count.html" if partial else "automatic_answers/change.html"
    return render_template(
        page, form=form, answer=answer, cost=cost, asked=asked, missed=answer_labels.missed
    )


@bp.route("/recipients/automatic-answers/<public_id>/delete", methods=["POST"])
@allow(Right.ANSWER)
def delete(public_id: str) -> ResponseReturnValue:
    """Delete an automatic answer; texts that were sent stay."""
    answers.delete(owned(AutomaticAnswer, public_id))
    flash(_("The answer is deleted. Nothing more goes back by it."), "good")
    return redirect(url_for("automatic_answers.index"), 303)


@bp.route("/recipients/automatic-answers/hours", methods=["GET", "POST"])
@allow(Right.ANSWER)
def hours() -> ResponseReturnValue:
    """When the shop is open, and how many answers may go."""
    form = OpeningHoursForm()
    if form.validate_on_submit():
        opening_hours.save(my_account().id, form.settings())
        flash(_("The hours are saved."), "good")
        return redirect(url_for("automatic_answers.index"), 303)
    if request.method == "GET":
        form.fill(opening_hours.of(my_account().id))
    return render_template("automatic_answers/hours.html", form=form)


def _saved(form: AutomaticAnswerForm, public_id: str) -> bool:
    try:
        answers.save(my_account(), form.draft(), form.agreed_price(), public_id)
    except answers.AnswerTaken:
        taken = _("You have an answer for this already. Change that one.")
        field = form.keyword if form.draft().kind == AnswerKind.KEYWORD else form.kind
        field.errors = [taken]
        return False
    except answers.SignUpWord:
        form.keyword.errors = [
            _("People sign up by this word, and get the text of its form. Choose another one.")
        ]
        return False
    except answers.TooMany:
        form.text.errors = [_("You have as many answers as there can be. Delete one first.")]
        return False
    except answers.NoPrice:
        form.text.errors = [_("There is no price for your country. Please write to the operator.")]
        return False
    return True


def _why_none(text: str) -> str:
    """Why a text gets none of the automatic answers, in a sentence."""
    meaning = recognise(text)
    sentences = {
        Keyword.STOP: _("It is an opt-out: it is obeyed at once, and confirmed."),
        Keyword.HOLD: _("It may be an opt-out: a person has to read it first."),
        Keyword.START: _("They want texts again: that needs no answer."),
        Keyword.HELP: _("They ask who writes: the service answers that by itself."),
    }
    return str(sentences.get(meaning, _("Nothing goes back by itself: it waits in the inbox.")))


def _week(settings: Settings) -> list[str]:
    """The hours as lines, days with the same hours together: "Mon – Fri 9:00 – 17:00"."""
    lines: list[tuple[int, int, Hours]] = []
    for day, hours in enumerate(settings.hours or ()):
        if lines and lines[-1][2] == hours:
            lines[-1] = (lines[-1][0], day, hours)
        else:
            lines.append((day, day, hours))
    names = get_locale().days["stand-alone"]["abbreviated"]
    return [f"{_days(names, first, last)} {_clocks(hours)}" for first, last, hours in lines]


def _days(names: dict[int, str], first: int, last: int) -> str:
    return names[first] if first == last else f"{names[first]} – {names[last]}"


def _clocks(hours: Hours) -> str:
    if not hours:
        return str(pgettext("a day", "closed"))
    spans = [" – ".join(format_time(c, "short", rebase=False) for c in span) for span in hours]
    return format_list(spans, locale=get_locale())
