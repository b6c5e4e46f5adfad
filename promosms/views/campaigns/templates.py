"""Templates: the texts that an account keeps, and ready ones for its trade."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from promosms.extensions import db
from promosms.forms.campaigns.kind import kind_names
from promosms.forms.campaigns.template import TemplateForm
from promosms.language import current_language, lazy_gettext
from promosms.language import gettext as _
from promosms.models import Campaign, CampaignKind, CampaignTemplate
from promosms.services.auth.rights import Right
from promosms.services.campaigns import drafts, kinds, text_cost
from promosms.services.recipients import fields
from promosms.services.senders import chosen
from promosms.services.templates import starters, templates
from promosms.services.templates.templates import NameTaken, TooMany
from promosms.views.campaigns import labels
from promosms.web.access import allow, my_account, no_act, owned

bp = Blueprint("templates", __name__)

FEW = 8
"""So many are found without a search."""
TRADES = {
    "hairdresser": lazy_gettext("Hairdresser"),
    "restaurant": lazy_gettext("Restaurant or café"),
    "shop": lazy_gettext("Shop"),
    "workshop": lazy_gettext("Garage or workshop"),
    "clinic": lazy_gettext("Dentist or clinic"),
    "gym": lazy_gettext("Gym"),
    "school": lazy_gettext("School or courses"),
    "property": lazy_gettext("Flats and houses"),
}


@bp.context_processor
def _context() -> dict[str, object]:
    return {"labels": labels, "kind_names": kind_names()}


@bp.route("/templates")
@allow(Right.LOOK)
def index() -> ResponseReturnValue:
    """The templates of the account, and how one is found again."""
    words = request.args.get("q", "")[:100]
    found = templates.all_of(my_account(), words)
    return render_template(
        "campaigns/templates/index.html",
        templates=found,
        words=words,
        searched=bool(words) or len(found) > FEW,
    )


@bp.route("/templates/new", methods=["GET", "POST"])
@allow(Right.WRITE)
def new() -> ResponseReturnValue:
    """Keep a text as a template: a new one, that of a campaign, or a ready one."""
    form = _form()
    if request.method == "GET":
        _begin(form)
    elif _submitted(form):
        try:
            templates.create(my_account(), form.name.data or "", form.draft())
        except NameTaken:
            form.say_taken()
        except TooMany:
            form.say_too_many()
        else:
            flash(_("The template is kept. Press “Use it” to begin a campaign with it."), "good")
            return redirect(url_for("templates.index"), 303)
    return _page(form)


@bp.route("/templates/<public_id>", methods=["GET", "POST"])
@allow(Right.WRITE)
def edit(public_id: str) -> ResponseReturnValue:
    """Change a template; campaigns that were begun with it stay as they are."""
    form = _form()
    try:
        template = owned(CampaignTemplate, public_id)
    except NotFound:
        if request.method == "GET":
            raise
        return _page(form, gone=True), 404
    if request.method == "GET":
        form.show(templates.read(template), template.name)
    elif _submitted(form):
        try:
            templates.change(template, form.name.data or "", form.draft())
        except NameTaken:
            form.say_taken()
        else:
            flash(_("The template is saved."), "good")
            return redirect(url_for("templates.index"), 303)
    return _page(form, template=template)


@bp.route("/templates/count", methods=["POST"])
@allow(Right.WRITE)
@no_act
def count() -> ResponseReturnValue:
    """The parts of the page that show what the typed text counts as, and what is odd about it."""
    return render_template("campaigns/templates/count.html", **_shown(_form()))


@bp.route("/templates/<public_id>/use", methods=["POST"])
@allow(Right.WRITE)
def use(public_id: str) -> ResponseReturnValue:
    """Begin a draft with a template."""
    return _to_draft(templates.use(my_account(), owned(CampaignTemplate, public_id)))


@bp.route("/templates/<public_id>/delete", methods=["POST"])
@allow(Right.WRITE)
def delete(public_id: str) -> ResponseReturnValue:
    """Delete a template; campaigns that were begun with it stay."""
    templates.remove(owned(CampaignTemplate, public_id))
    flash(_("The template was deleted. Campaigns that were begun with it stay."), "good")
    return redirect(url_for("templates.index"), 303)


@bp.route("/templates/ready", methods=["GET", "POST"])
@allow(Right.WRITE)
def ready() -> ResponseReturnValue:
    """Ready texts for a trade; one of them begins a draft."""
    if request.method == "POST":
        starter = starters.find(request.form.get("starter", ""))
        if starter is None:
            flash(_("This text is not offered any more. Choose another one."), "info")
            return redirect(url_for("templates.ready"), 303)
        draft = starter.draft(accents="accents" in request.form)
        return _to_draft(drafts.begin(my_account(), draft))
    trade, language = _chosen(request.args.get("trade"), request.args.get("language"))
    accents = request.args.get("show") == "accents"
    return render_template(
        "campaigns/templates/ready.html",
        starters=starters.of(trade, language),
        accents=accents,
        dearer=any(one.parts(accents=True) > one.parts() for one in starters.of(trade, language)),
        trades=[
            (_ready(each, language), label, None, each == trade) for each, label in TRADES.items()
        ],
        spoken=[
            (_ready(trade, each), label, None, each == language)
            for each, label in starters.LANGUAGES.items()
        ],
        spellings=[
            (_ready(trade, language), _("Without accents"), None, not accents),
            (_ready(trade, language, "accents"), _("With accents"), None, accents),
        ],
    )


def _chosen(trade: str | None, language: str | None) -> tuple[str, str]:
    """The trade and the language of the ready texts that are shown."""
    spoken = language if language in starters.LANGUAGES else current_language()
    return (
        trade if trade in TRADES else next(iter(TRADES)),
        spoken if spoken in starters.LANGUAGES else next(iter(starters.LANGUAGES)),
    )


def _ready(trade: str, language: str, show: str | None = None) -> str:
    return url_for("templates.ready", trade=trade, language=language, show=show)


def _form() -> TemplateForm:
    form = TemplateForm()
    form.prepare(my_account())
    return form


def _begin(form: TemplateForm) -> None:
    """Fill a new template with the text that the address names, if any."""
    form.language.data = drafts.last_language(my_account()) or current_language()
    own = Campaign.account_id == my_account().id
    named = Campaign.public_id == request.args.get("campaign", "")
    starter = starters.find(request.args.get("starter", ""))
    if starter is not None:
        accents = request.args.get("show") == "accents"
        form.show(starter.draft(accents=accents), starter.name)
    elif campaign := db.session.scalar(select(Campaign).where(own, named)):
        form.show(drafts.read(campaign), labels.title(campaign))


def _submitted(form: TemplateForm) -> bool:
    """Do what a button on the page says; True if the template is fit to be saved."""
    action = request.form.get("action", "")
    if action == "plain":
        form.text.data = text_cost.plain(form.text.data or "")
    elif action == "ours":
        form.text.data = text_cost.with_ours(form.text.data or "")
    elif action == "line":
        form.opt_out_line.data = True
    elif action == "promotional":
        form.show_kind(CampaignKind.PROMOTIONAL, opt_out_line=True)
    return not action and form.validate()


def _page(
    form: TemplateForm, template: CampaignTemplate | None = None, *, gone: bool = False
) -> str:
    return render_template(
        "campaigns/templates/edit.html",
        form=form,
        template=template,
        gone=gone,
        placeholders=fields.placeholders(my_account()),
        **_shown(form),
    )


def _shown(form: TemplateForm) -> dict[str, object]:
    """What the typed text counts as under the sender that the account chose last."""
    account, draft = my_account(), form.draft()
    last = drafts.last_sender(account)
    on_top = chosen.find(account.id, last.route, last.sender)
    return {
        "cost": text_cost.text_cost(
            account,
            draft.text,
            opt_out_line=draft.opt_out_line and on_top.answerable,
            opt_out_link=draft.opt_out_line and not on_top.answerable,
            language=draft.language,
            route_id=on_top.route.id,
        ),
        "promoting": kinds.promotion_words_in(draft.kind, draft.text),
        "no_way_out": bool(draft.text.strip())
        and kinds.lacks_way_out(draft.kind, draft.text, opt_out_line=draft.opt_out_line),
    }


def _to_draft(campaign: Campaign) -> ResponseReturnValue:
    return redirect(url_for("campaigns.edit", public_id=campaign.public_id), 303)
