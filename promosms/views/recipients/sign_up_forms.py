"""The pages of sign-up forms: their words, their address as link, QR code and poster."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.documents import qr_code
from promosms.forms.sign_up_forms import NAMES, NEW, SignUpFormForm
from promosms.language import gettext as _
from promosms.language import lazy_gettext
from promosms.models import RecipientList, SignUpForm
from promosms.services.auth.rights import Right
from promosms.services.recipients import lists
from promosms.services.sign_ups import asking, forms, keywords, state
from promosms.services.sign_ups.forms import LANGUAGES, KeywordTaken, NoList
from promosms.services.sign_ups.state import Obstacle
from promosms.views.recipients import sign_up_posters
from promosms.views.recipients.sign_up_posters import address_of, shop_name
from promosms.views.recipients.tables import pretty
from promosms.web.access import allow, me, my_account, owned

EDIT = "sign_up_forms.edit"
# What keeps a form from working, and where its owner mends that.
OBSTACLES: dict[Obstacle, tuple[object, str, object]] = {
    Obstacle.NO_LIST: (
        lazy_gettext("Nobody can sign up: the list of this form was deleted."),
        EDIT,
        lazy_gettext("Choose another list"),
    ),
    Obstacle.CLOSED: (
        lazy_gettext("This form is closed: its page says that nobody can sign up by it."),
        "",
        "",
    ),
    Obstacle.SUSPENDED: (
        lazy_gettext("Nobody can sign up: your account cannot send at the moment."),
        "",
        "",
    ),
    Obstacle.TRIAL: (
        lazy_gettext(
            "While your account is on trial only your guests can sign up: others get no code."
        ),
        "billing.top_up",
        lazy_gettext("Top up"),
    ),
    Obstacle.NO_MONEY: (
        lazy_gettext("Nobody can sign up: your balance is too small for the text with the code."),
        "billing.top_up",
        lazy_gettext("Top up"),
    ),
    Obstacle.DAY_FULL: (
        lazy_gettext("So many have signed up today that no more codes are texted until tomorrow."),
        EDIT,
        lazy_gettext("Allow more texts"),
    ),
}

bp = Blueprint("sign_up_forms", __name__, url_prefix="/sign-up-forms")


@bp.route("")
@allow(Right.LOOK)
def index() -> ResponseReturnValue:
    """All sign-up forms."""
    rows = forms.all_of(my_account().id)
    return render_template(
        "sign_up_forms/index.html", forms=rows, title_of=title_of, list_of=forms.list_of
    )


@bp.route("/new", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def new() -> ResponseReturnValue:
    """Make a sign-up form."""
    form = _form()
    if request.method == "GET":
        asked = request.args.get("list", "")
        form.begin(shop_name(my_account()), asked if asked in form.offered else "")
    if form.validate_on_submit():
        try:
            made = forms.add(my_account().id, form.draft(_list_id(form)), me().public_id)
        except KeywordTaken:
            form.taken()
            return _edit_page(form, None)
        flash(_("Your sign-up form is open. Print the poster or share the link."), "good")
        return redirect(url_for("sign_up_forms.page", public_id=made.public_id), 303)
    return _edit_page(form, None)


@bp.route("/of-list/<public_id>")
@allow(Right.RECIPIENTS)
def of_list(public_id: str) -> ResponseReturnValue:
    """The open form of a list, or the form to make one."""
    on_list = owned(RecipientList, public_id)
    open_ones = forms.offered(on_list.account_id)
    row = next((each for each in open_ones if each.list_id == on_list.id), None)
    if row is None:
        return redirect(url_for("sign_up_forms.new", list=public_id))
    return redirect(url_for("sign_up_forms.page", public_id=row.public_id))


@bp.route("/<public_id>")
@allow(Right.LOOK)
def page(public_id: str) -> ResponseReturnValue:
    """One sign-up form: how to share it, how many have joined, and what does not work."""
    row = owned(SignUpForm, public_id)
    languages = sorted(forms.languages_of(row), key=lambda each: each != me().language)
    return render_template(
        "sign_up_forms/page.html",
        row=row,
        title=title_of(row),
        address=address_of(row),
        on_list=forms.list_of(row),
        words=forms.words_of(row),
        languages=[(each, NAMES[each]) for each in languages],
        today=asking.texted_today(my_account(), row),
        waiting=state.waiting(row),
        obstacle=_obstacle(row),
        number=keywords.receiving_number(row.account_id),
        unprintable=sign_up_posters.unprintable(row, my_account()),
        shop=shop_name(my_account()),
    )


@bp.route("/<public_id>/edit", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def edit(public_id: str) -> ResponseReturnValue:
    """Change a sign-up form."""
    row, form = owned(SignUpForm, public_id), _form()
    if request.method == "GET":
        form.fill(row, shop_name(my_account()))
    if form.validate_on_submit():
        try:
            forms.change(row, form.draft(_list_id(form), row.keyword), me().public_id)
        except KeywordTaken:
            form.taken()
            return _edit_page(form, row)
        flash(_("The sign-up form was saved."), "good")
        return redirect(url_for("sign_up_forms.page", public_id=public_id), 303)
    return _edit_page(form, row)


@bp.route("/<public_id>/qr.svg")
@allow(Right.LOOK)
def code_svg(public_id: str) -> ResponseReturnValue:
    """The QR code of its address as a drawing."""
    address = address_of(owned(SignUpForm, public_id))
    return _file(qr_code.svg(address), "image/svg+xml", "qr.svg")


@bp.route("/<public_id>/qr.png")
@allow(Right.LOOK)
def code_png(public_id: str) -> ResponseReturnValue:
    """The QR code of its address as a picture for print."""
    address = address_of(owned(SignUpForm, public_id))
    return _file(qr_code.png(address), "image/png", "qr.png")


@bp.route("/<public_id>/poster.pdf")
@allow(Right.LOOK)
def poster(public_id: str) -> ResponseReturnValue:
    """The poster in one of its languages."""
    row = owned(SignUpForm, public_id)
    language = sign_up_posters.language_of(row, request.args.get("language", me().language))
    printed = sign_up_posters.render(row, my_account(), language)
    return _file(printed, "application/pdf", f"poster-{language}.pdf")


@bp.route("/<public_id>/close", methods=["POST"])
@allow(Right.RECIPIENTS)
def close(public_id: str) -> ResponseReturnValue:
    """Let nobody sign up by it any more."""
    forms.close(owned(SignUpForm, public_id))
    flash(_("The sign-up form is closed. Its link says so to those who open it."), "good")
    return redirect(url_for("sign_up_forms.page", public_id=public_id), 303)


@bp.route("/<public_id>/reopen", methods=["POST"])
@allow(Right.RECIPIENTS)
def reopen(public_id: str) -> ResponseReturnValue:
    """Open it again."""
    try:
        forms.reopen(owned(SignUpForm, public_id))
        flash(_("The sign-up form is open again."), "good")
    except NoList:
        flash(_("Its list was deleted. Choose another one first, then open it."), "bad")
        return redirect(url_for("sign_up_forms.edit", public_id=public_id), 303)
    except KeywordTaken:
        flash(_("Its keyword is used by another form now. Change it first, then open it."), "bad")
        return redirect(url_for("sign_up_forms.edit", public_id=public_id), 303)
    return redirect(url_for("sign_up_forms.page", public_id=public_id), 303)


@bp.route("/<public_id>/delete")
@allow(Right.RECIPIENTS)
def delete(public_id: str) -> ResponseReturnValue:
    """Ask before a sign-up form is deleted."""
    row = owned(SignUpForm, public_id)
    return render_template("sign_up_forms/delete.html", row=row, title=title_of(row))


@bp.route("/<public_id>/delete", methods=["POST"])
@allow(Right.RECIPIENTS)
def delete_now(public_id: str) -> ResponseReturnValue:
    """Delete a sign-up form, not those who have joined."""
    forms.delete(owned(SignUpForm, public_id))
    flash(_("The sign-up form was deleted. Those who have joined are still here."), "good")
    return redirect(url_for("sign_up_forms.index"), 303)


def title_of(row: SignUpForm) -> str:
    """The title in the reader's language, or in the one that it has."""
    return forms.shown(row, me().language).title


def open_titles(on_list: RecipientList) -> list[str]:
    """The titles of the open forms of a list; they are closed when it is deleted."""
    rows = forms.offered(on_list.account_id)
    return [title_of(row) for row in rows if row.list_id == on_list.id]


def _form() -> SignUpFormForm:
    form, account = SignUpFormForm(), my_account()
    language = me().language if me().language in LANGUAGES else LANGUAGES[0]
    number = keywords.receiving_number(account.id)
    shown = pretty(number) if number else None
    form.prepare(lists.all_of(account.id), language, state.price_of(account), shown)
    return form


def _obstacle(row: SignUpForm) -> dict[str, object] | None:
    """What keeps it from working, in words, with the way to mend it."""
    found = state.obstacle(row, my_account())
    if found is None:
        return None
    text, endpoint, action = OBSTACLES[found]
    url = url_for(endpoint) if endpoint and endpoint != EDIT else ""
    if endpoint == EDIT:
        url = url_for(EDIT, public_id=row.public_id)
    return {"text": text, "url": url, "action": action}


def _list_id(form: SignUpFormForm) -> int:
    """The chosen list of the account, or the new one."""
    if form.list.data == NEW:
        return lists.find_or_create(my_account().id, form.new_list.data or "").id
    return owned(RecipientList, form.list.data).id


def _edit_page(form: SignUpFormForm, row: SignUpForm | None) -> str:
    return render_template("sign_up_forms/edit.html", form=form, row=row, names=NAMES)


def _file(content: bytes, kind: str, name: str) -> Response:
    """A file to save: our policy forbids what readers of PDF within a browser need."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=kind, headers=headers)
