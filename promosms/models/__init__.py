"""What is stored: a file per noun."""

from promosms.models import row_security, statement_keys
from promosms.models.abuse.email_attempt import EmailAttempt
from promosms.models.abuse.spent_proof import SpentProof
from promosms.models.abuse.text_attempt import AttemptKind, TextAttempt, TextBlock, TextRefusal
from promosms.models.accounts.account import Account, AccountStatus
from promosms.models.accounts.act import Act
from promosms.models.accounts.adjustment import Adjustment, AdjustmentStatus
from promosms.models.accounts.guest import Guest
from promosms.models.accounts.welcome_credit import WelcomeCredit
from promosms.models.api.key import ApiKey, Revoked, Scope
from promosms.models.api.message import ApiMessage, SandboxMessage
from promosms.models.api.request import ApiRequest
from promosms.models.audit.audit import AuditEntry, AuditHead
from promosms.models.auth.backoff import Backoff
from promosms.models.auth.email_link import EmailLink, EmailLinkKind
from promosms.models.auth.former_colleague import FormerColleague, people_of
from promosms.models.auth.known_browser import KnownBrowser
from promosms.models.auth.phone_change import PhoneChange
from promosms.models.auth.recovery_code import RecoveryCode
from promosms.models.auth.session import Session
from promosms.models.auth.two_factor_challenge import TwoFactorChallenge
from promosms.models.auth.user import Role, User
from promosms.models.base import (
    Model,
    Privacy,
    UtcDateTime,
    models,
    new_public_id,
    new_public_ids,
    now,
    table_of,
)
from promosms.models.campaigns.ab_test import AbMeasure, AbTest, AbText
from promosms.models.campaigns.audience import CampaignList, CampaignSegment
from promosms.models.campaigns.automation import (
    LAST_DAY,
    Automation,
    AutomationOccasion,
    AutomationRun,
    AutomationStatus,
    RunOutcome,
    Trigger,
)
from promosms.models.campaigns.breakdown import CampaignBreakdown, GroupedBy
from promosms.models.campaigns.campaign import (
    LATEST_HOURS,
    Campaign,
    CampaignKind,
    CampaignStatus,
    FollowUpKind,
    campaign_name,
    follows_text,
    is_automatic,
    is_promotional,
)
from promosms.models.campaigns.draft_version import DraftVersion
from promosms.models.campaigns.estimate import CampaignEstimate
from promosms.models.campaigns.guard import Guard
from promosms.models.campaigns.link import Click, Link, LinkKind
from promosms.models.campaigns.template import CampaignTemplate
from promosms.models.campaigns.yes_request import YesRequest, YesState
from promosms.models.gateways.gateway import Gateway, GatewayInboxRow, GatewayStatus, InboxKind
from promosms.models.gateways.route import REST_TYPES, Route, RouteGateway, SenderKind
from promosms.models.gateways.worker import Worker
from promosms.models.imports.import_ import (
    FORGOTTEN_NAME,
    BadRow,
    Import,
    ImportMode,
    ImportStatus,
)
from promosms.models.imports.import_change import ImportChange
from promosms.models.installation.nightly_job import NightlyJob
from promosms.models.invoices import guards as invoice_guards
from promosms.models.invoices.company import Company, TaxAnswer, TaxCheck
from promosms.models.invoices.invoice import Invoice, InvoiceDocument, InvoiceKind, InvoiceSeries
from promosms.models.invoices.ksef import InvoiceKsef
from promosms.models.ledger import guards as ledger_guards
from promosms.models.ledger.campaign_cost import CampaignCost
from promosms.models.ledger.ledger import EntryKind, Hold, LedgerEntry, LedgerTotal
from promosms.models.mail.email import Email, EmailStatus
from promosms.models.mail.reply_emails import ReplyDetail, ReplyEmails, ReplyMode
from promosms.models.payments.automatic_top_up import AutomaticTopUp
from promosms.models.payments.card_deletion import CardDeletion
from promosms.models.payments.low_balance_alert import LowBalanceAlert
from promosms.models.payments.payment import Payment, PaymentKind
from promosms.models.payments.top_up import PayMethod, TopUp, TopUpStatus
from promosms.models.policies.cookie_choice import CookieChoice
from promosms.models.prices.price import BEGINNING, Price
from promosms.models.privacy.account_export import AccountExport, ExportStatus
from promosms.models.privacy.erasure import Erasure
from promosms.models.privacy.workbook import Workbook, WorkbookKind
from promosms.models.processing import TOPICS, NotPersonal, Processing, Topic
from promosms.models.recipients import consent_triggers, count_triggers, search_index
from promosms.models.recipients.activity import RecipientActivity
from promosms.models.recipients.bulk_action import BulkAction, BulkKind, BulkStatus
from promosms.models.recipients.consent_act import (
    OF_ONE,
    ConsentAct,
    ConsentChange,
    ConsentHow,
)
from promosms.models.recipients.count import EVERYBODY, FOLDED, RecipientCount, Standing
from promosms.models.recipients.list import ListRecipient, RecipientList
from promosms.models.recipients.recipient import (
    FIELD_NAMES,
    FIELDS,
    Consent,
    Field,
    FieldType,
    Input,
    Recipient,
)
from promosms.models.recipients.segment import Segment
from promosms.models.recipients.sign_up import SignUp
from promosms.models.recipients.sign_up_form import SignUpForm
from promosms.models.recipients.suppression import Suppression, SuppressionSource
from promosms.models.recipients.wording import LONGEST_WORDING, Wording
from promosms.models.registry import WORDS, Export, NotExported, Retention
from promosms.models.senders.sender import Sender, SenderDecision, SenderStatus
from promosms.models.sending.automatic_answer import (
    MOST_ANSWERS,
    AnswerKind,
    AnswerSettings,
    AutomaticAnswer,
)
from promosms.models.sending.canned_answer import CannedAnswer
from promosms.models.sending.conversation import Conversation
from promosms.models.sending.direct_text import DirectText
from promosms.models.sending.gateway_count import GatewayCount, GatewayCountChange
from promosms.models.sending.inbound_message import Decision, InboundKind, InboundMessage
from promosms.models.sending.message import (
    TO_ONE,
    WITH_HOLD,
    Message,
    MessagePart,
    MessageStatus,
    Priority,
    attention_status_of,
)
from promosms.models.sending.message_count import MessageCount
from promosms.models.sending.unmatched_opt_out import UnmatchedOptOut, UnmatchedStatus
from promosms.models.webhooks.delivery import DeliveryStatus, WebhookDelivery
from promosms.models.webhooks.endpoint import (
    EndpointKind,
    EndpointStatus,
    WebhookEndpoint,
    WebhookEvent,
)

__all__ = [
    "AbMeasure",
    "Act",
    "AbTest",
    "AbText",
    "BulkAction",
    "BulkKind",
    "BulkStatus",
    "BEGINNING",
    "LAST_DAY",
    "LATEST_HOURS",
    "MOST_ANSWERS",
    "TO_ONE",
    "WITH_HOLD",
    "WORDS",
    "EVERYBODY",
    "FOLDED",
    "Export",
    "NotExported",
    "NotPersonal",
    "Processing",
    "TOPICS",
    "Topic",
    "Retention",
    "FIELDS",
    "FieldType",
    "FollowUpKind",
    "FORGOTTEN_NAME",
    "FIELD_NAMES",
    "Account",
    "ApiKey",
    "ApiMessage",
    "ApiRequest",
    "Revoked",
    "SandboxMessage",
    "Scope",
    "AccountExport",
    "AccountStatus",
    "Adjustment",
    "AdjustmentStatus",
    "AnswerKind",
    "AnswerSettings",
    "AttemptKind",
    "AuditEntry",
    "AuditHead",
    "AutomaticAnswer",
    "AutomaticTopUp",
    "Automation",
    "AutomationOccasion",
    "AutomationRun",
    "AutomationStatus",
    "BadRow",
    "Campaign",
    "CampaignBreakdown",
    "GroupedBy",
    "CampaignEstimate",
    "CampaignKind",
    "CampaignList",
    "CampaignSegment",
    "CampaignStatus",
    "CampaignTemplate",
    "CardDeletion",
    "NightlyJob",
    "CannedAnswer",
    "Click",
    "Company",
    "DirectText",
    "DraftVersion",
    "EmailAttempt",
    "EmailLink",
    "EmailLinkKind",
    "FormerColleague",
    "Consent",
    "ConsentAct",
    "ConsentChange",
    "ConsentHow",
    "Conversation",
    "OF_ONE",
    "CookieChoice",
    "Decision",
    "Email",
    "EmailStatus",
    "EntryKind",
    "Erasure",
    "InboxKind",
    "ExportStatus",
    "Field",
    "Gateway",
    "GatewayCount",
    "GatewayCountChange",
    "GatewayInboxRow",
    "GatewayStatus",
    "Guard",
    "Guest",
    "Hold",
    "Import",
    "ImportChange",
    "ImportMode",
    "ImportStatus",
    "InboundKind",
    "Input",
    "InboundMessage",
    "Invoice",
    "InvoiceDocument",
    "InvoiceKind",
    "InvoiceKsef",
    "InvoiceSeries",
    "KnownBrowser",
    "Priority",
    "LedgerEntry",
    "LedgerTotal",
    "Link",
    "LinkKind",
    "ListRecipient",
    "LowBalanceAlert",
    "Message",
    "MessageCount",
    "MessagePart",
    "MessageStatus",
    "Model",
    "PayMethod",
    "Payment",
    "PaymentKind",
    "PhoneChange",
    "Price",
    "Privacy",
    "Recipient",
    "RecipientCount",
    "RecipientActivity",
    "RecipientList",
    "RecoveryCode",
    "ReplyDetail",
    "ReplyEmails",
    "ReplyMode",
    "Role",
    "REST_TYPES",
    "Route",
    "RouteGateway",
    "RunOutcome",
    "TwoFactorChallenge",
    "SenderKind",
    "SenderStatus",
    "Segment",
    "Sender",
    "SenderDecision",
    "Session",
    "SignUp",
    "SignUpForm",
    "CampaignCost",
    "SpentProof",
    "Standing",
    "Suppression",
    "SuppressionSource",
    "TaxAnswer",
    "TaxCheck",
    "Backoff",
    "TextAttempt",
    "TextBlock",
    "TextRefusal",
    "TopUp",
    "TopUpStatus",
    "Trigger",
    "UnmatchedOptOut",
    "UnmatchedStatus",
    "User",
    "UtcDateTime",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "YesRequest",
    "YesState",
    "DeliveryStatus",
    "EndpointKind",
    "EndpointStatus",
    "WelcomeCredit",
    "LONGEST_WORDING",
    "Wording",
    "Workbook",
    "WorkbookKind",
    "Worker",
    "models",
    "attention_status_of",
    "campaign_name",
    "is_promotional",
    "follows_text",
    "is_automatic",
    "new_public_id",
    "new_public_ids",
    "now",
    "people_of",
    "table_of",
]

row_security.attach()
search_index.attach()
statement_keys.attach()
count_triggers.attach()
consent_triggers.attach()
ledger_guards.attach()
invoice_guards.attach()
