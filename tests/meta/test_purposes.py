"""Personal data is used only for a stated purpose, and asked for only where it is needed."""

import ast
from collections.abc import Callable

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Account, Company, Consent, Message, MessageStatus
from promosms.services.campaigns import audience, drafts, launch
from promosms.services.campaigns.drafts import Draft
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from tests.meta.routes import path, routes
from tests.meta.sources import PACKAGE, ROOT, modules
from tests.meta.stage import Stage
from tests.support.cast import Cast
from tests.support.pages import PageClient

# The models of the people whom customers text.
PEOPLE = {"Recipient", "Consent", "ListRecipient", "Suppression", "InboundMessage", "BadRow"}
# The modules that may use them, by purpose. The test fails for any other module.
PURPOSES: dict[str, tuple[str, ...]] = {
    "keep them as the account wants them": (
        "services/recipients/recipients.py",
        "services/recipients/pages.py",
        "services/api/people.py",
        "services/api/webhook_events.py",
        "services/api/lists.py",
        "views/api/recipients.py",
        "services/recipients/filters.py",
        "services/recipients/activity.py",
        "services/recipients/sample.py",
        "services/recipients/segments/counts.py",
        "services/recipients/segments/preview.py",
        "services/recipients/segments/queries.py",
        "services/recipients/segments/segments.py",
        "forms/segments.py",
        "services/bulk_actions/actions.py",
        "services/bulk_actions/field_types.py",
        "services/bulk_actions/run.py",
        "services/recipients/states.py",
        "services/recipients/search.py",
        "services/recipients/lists.py",
        "db/bulk.py",
        "services/recipients/consent.py",
        "services/recipients/consents.py",
        "services/recipients/consent_history.py",
        "services/sign_ups/joining.py",
        "services/accounts/guests.py",
        "services/sending/cursors.py",
        "forms/recipients.py",
        "forms/bulk_actions.py",
        "forms/imports.py",
        "forms/shared.py",
        "views/recipients/recipients.py",
        "views/recipients/tables.py",
        "views/recipients/cells.py",
        "views/recipients/lists.py",
        "views/imports.py",
        "views/recipients/suppressions.py",
    ),
    "bring them in": (
        "services/imports/imports.py",
        "services/imports/batch.py",
        "services/imports/changes.py",
        "services/imports/recipient_rows.py",
        "services/imports/row_consents.py",
        "services/imports/columns.py",
        "services/imports/heads.py",
        "services/imports/consent_columns.py",
        "services/imports/phone_columns.py",
        "services/imports/number_lists.py",
        "services/imports/files.py",
        "services/imports/mending.py",
        "services/imports/outcome.py",
        "services/imports/preview.py",
        "services/imports/refused_rows.py",
        "services/imports/rows.py",
        "services/imports/run.py",
        "services/imports/pasting.py",
        "db/upsert.py",
    ),
    "text them": (
        "services/campaigns/addressed.py",
        "services/campaigns/ab_parts.py",
        "services/campaigns/audience.py",
        "services/campaigns/campaigns.py",
        "services/campaigns/repeats.py",
        "services/campaigns/follow_ups.py",
        "services/campaigns/occasions.py",
        "services/automations/forecast.py",
        "services/automations/problems.py",
        "services/campaigns/preparation.py",
        "services/campaigns/guard.py",
        "services/links/links.py",
        "services/campaigns/launch.py",
        "services/accounts/trial.py",
        "services/campaigns/text_cost.py",
        "services/campaigns/estimating.py",
        "services/campaigns/live_estimate.py",
        "services/campaigns/live_groups.py",
        "services/sending/claiming.py",
        "services/sending/answers.py",
        "services/sending/deletions.py",
        "services/sending/claim_queries.py",
        "services/campaigns/message_rows.py",
        "services/inbox/inbox_rows.py",
        "services/sending/counters.py",
        "services/automatic_answers/answers.py",
        "services/automatic_answers/choice.py",
        "services/inbox/automatic_answers.py",
        "services/inbox/canned_answers.py",
        "services/inbox/direct_texts.py",
        "services/api/deciding.py",
        "services/api/batches.py",
        "views/api/audiences.py",
        "views/api/replies.py",
        "services/api/replies.py",
        "views/recipients/direct_texts.py",
    ),
    "obey when they opt out": (
        "services/sending/opt_outs.py",
        "services/links/opt_outs.py",
        "services/recipients/suppression_list.py",
        "services/recipients/held_replies.py",
        "views/recipients/held_replies.py",
        "services/inbox/inbound.py",
        "services/inbox/replies.py",
        "services/inbox/auto_replies.py",
        "services/sign_ups/keywords.py",
        "services/inbox/gateway_inbox.py",
        "services/sending/recording.py",
        "services/mail/emails.py",
    ),
    "show the account what it has": (
        "services/campaigns/dashboard.py",
        "services/campaigns/responses.py",
        "services/campaigns/clicks.py",
        "services/campaigns/breakdown.py",
        "services/links/clicks.py",
        "services/sending/overview.py",
        "services/accounts/preferences.py",
        "services/recipients/exports.py",
        "services/recipients/consent_exports.py",
        "views/recipients/downloads.py",
        "views/recipients/workbooks.py",
        "services/workbooks/workbooks.py",
        "services/workbooks/run.py",
        "services/reply_emails/preferences.py",
        "services/reply_emails/sending.py",
        "services/reply_emails/words.py",
        "services/inbox/message_id_format.py",
        "services/inbox/assignees.py",
        "services/inbox/conversation.py",
        "services/inbox/conversation_rows.py",
        "services/inbox/conversations.py",
        "views/recipients/assignees.py",
        "views/recipients/inbox.py",
        "services/colleagues/colleagues.py",
        "views/colleagues/acts.py",
    ),
    "let the account take them along": ("services/privacy/export_tables.py",),
    "remove them": (
        "services/privacy/account_scope.py",
        "services/privacy/erasure.py",
        "services/privacy/erasure_requests.py",
        "services/privacy/reapply_erasures.py",
        "services/privacy/erase_recipient.py",
        "services/privacy/persons.py",
        "views/recipients/persons.py",
        "services/privacy/purge_messages.py",
        "services/privacy/purge_rows.py",
        "services/privacy/erase_rows.py",
        "services/privacy/retention.py",
        "db/overwrite_files.py",
        "lib/time_slice.py",
    ),
    "try the product with invented people": (
        "demo/account.py",
        "demo/clicks.py",
        "demo/past.py",
        "demo/inbox.py",
        "demo/names.py",
    ),
}
# Fields that only an invoice needs.
INVOICE_FIELDS = {"street", "postcode", "tax_id", "vat_id", "company_name", "iban"}
# A recipient may have a tax ID too: it belongs to the recipient, not to the account.
OF_RECIPIENTS = ("recipients.", "imports.")


def readers() -> set[str]:
    """The modules that import one of these models."""
    names = set()
    for module_name, module in modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("promosms.models"):
                imported = {alias.name for alias in node.names}
                if imported & PEOPLE and not module_name.startswith("promosms/models/"):
                    names.add(module_name.removeprefix("promosms/"))
    return names


def test_recipients_are_read_only_for_a_named_purpose() -> None:
    allowed = {name for names in PURPOSES.values() for name in names}
    assert readers() - allowed == set(), "add the module to PURPOSES"
    assert len(readers()) > 15


def test_models_are_imported_from_the_package_only() -> None:
    for name, module in modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom) and not name.startswith("promosms/models/"):
                assert node.module != "promosms.models.recipients.recipient", name


def test_every_module_of_a_purpose_exists() -> None:
    named = [name for names in PURPOSES.values() for name in names]
    assert len(named) == len(set(named))
    assert not [name for name in named if not (PACKAGE / name).is_file()], ROOT


def fields(html: str) -> set[str]:
    """The names of the visible fields of a page."""
    elements = BeautifulSoup(html, "lxml").select("input:not([type=hidden]), select, textarea")
    return {str(tag["name"]) for tag in elements if tag.get("name")}


def test_no_page_outside_billing_asks_for_invoice_data(stage: Stage) -> None:
    browsers = [PageClient(stage.app), stage.cast.owner.browser()]
    asking: dict[str, set[str]] = {}
    for rule in routes(stage.app, "GET"):
        for browser in browsers:
            response = browser.get(path(stage, rule))
            shown = response.text if response.mimetype == "text/html" else ""
            response.close()
            if names := fields(shown) & INVOICE_FIELDS:
                asking.setdefault(rule.endpoint, set()).update(names)
    assert "billing.company" in asking, "the form of the company was not seen"
    assert not [name for name in asking if not name.startswith(("billing.", *OF_RECIPIENTS))], (
        asking
    )


def test_a_text_is_sent_without_any_invoice_data(
    app: Flask, cast: Cast, settle: Callable[..., None]
) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        agreed = Basis(Consent.GIVEN, "card")
        recipients.add(account, {"phone": "+48601555001"}, agreed)
        campaign = drafts.create(account, Draft(name="First", text="Hello", everyone=True), "")
        campaign_id = campaign.id
        launch.launch(campaign, audience.estimate(campaign).total)
    settle()
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Company)) == 0
        assert db.session.scalars(
            select(Message.status).where(Message.campaign_id == campaign_id)
        ).all() == [MessageStatus.DELIVERED]
