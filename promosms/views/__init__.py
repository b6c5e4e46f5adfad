"""Pages and other routes: a blueprint for each part of the product."""

from importlib import import_module

from flask import Flask

from promosms.forms import form
from promosms.views import errors, files, layout

BLUEPRINTS = (
    "auth.sign_in",
    "auth.two_factor_challenge",
    "auth.reauthentication",
    "auth.two_factor_settings",
    "auth.email_and_phone",
    "accounts.settings",
    "privacy.data",
    "privacy.delete_account",
    "accounts.guests",
    "dashboard",
    "recipients.recipients",
    "recipients.fields",
    "recipients.inbox",
    "recipients.assignees",
    "recipients.canned_answers",
    "recipients.automatic_answers",
    "recipients.reply_emails",
    "recipients.direct_texts",
    "recipients.persons",
    "recipients.downloads",
    "recipients.workbooks",
    "recipients.lists",
    "recipients.segments",
    "imports",
    "mending",
    "outcomes",
    "recipients.suppressions",
    "recipients.bulk_actions",
    "recipients.wordings",
    "recipients.sign_up_forms",
    "recipients.joining",
    "recipients.held_replies",
    "campaigns",
    "campaigns.templates",
    "automations",
    "links.links",
    "senders",
    "billing",
    "policies.policies",
    "policies.security",
    "prices",
    "help.help",
    "gateways.simulated_phone",
    "abuse.proof_of_work",
    "admin",
    "gateways.webhooks",
    "design",
    "api.messages",
    "api.batches",
    "api.campaigns",
    "api.campaign_times",
    "api.audiences",
    "api.lists",
    "api.recipients",
    "api.replies",
    "api.account",
    "api.statement",
    "api.templates",
    "api.webhooks",
    "api.documents",
    "api.keys",
    "webhooks.endpoints",
    "colleagues.pages",
    "colleagues.joining",
    "colleagues.acts",
    "rest32",
)


def init_app(app: Flask) -> None:
    """Register the blueprints, the error pages and the layout."""
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"promosms.views.{name}").bp)
    errors.init_app(app)
    layout.init_app(app)
    files.init_app(app)
    form.init_app(app)
