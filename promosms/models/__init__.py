"""What is stored: a file per noun."""

from promosms.models import fences, invoice_guards, ledger_guards
from promosms.models.account import Account, AccountStatus
from promosms.models.account_export import AccountExport, ExportStatus
from promosms.models.adjustment import Adjustment, AdjustmentStatus
from promosms.models.audit import AuditEntry, AuditHead
from promosms.models.base import Model, Privacy, UtcDateTime, new_public_id, now, table_of
from promosms.models.campaign import Campaign, CampaignList, CampaignStatus
from promosms.models.card_deletion import CardDeletion
from promosms.models.chore import Chore
from promosms.models.company import Company, TaxAnswer, TaxCheck
from promosms.models.confirmation import Confirmation, ConfirmationKind
from promosms.models.cookie_choice import CookieChoice
from promosms.models.email import Email, EmailStatus
from promosms.models.erasure import Erasure
from promosms.models.gateway import EventKind, Gateway, GatewayEvent, GatewayStatus
from promosms.models.guest import Guest
from promosms.models.import_ import BadRow, Import, ImportStatus
from promosms.models.invoice import Invoice, InvoiceDocument, InvoiceKind, InvoiceSeries
from promosms.models.known_browser import KnownBrowser
from promosms.models.ledger import EntryKind, Hold, LedgerEntry, LedgerTotal
from promosms.models.list import ListRecipient, RecipientList
from promosms.models.message import (
    TROUBLED,
    InboundKind,
    InboundMessage,
    Lane,
    Message,
    MessagePart,
    MessageStatus,
    apart_of,
)
from promosms.models.message_count import MessageCount
from promosms.models.payment import Payment, PaymentKind
from promosms.models.phone_change import PhoneChange
from promosms.models.price import BEGINNING, Price
from promosms.models.recipient import FIELDS, Consent, Recipient
from promosms.models.recovery_code import RecoveryCode
from promosms.models.route import Route, RouteGateway, SenderKind
from promosms.models.second_step import SecondStep
from promosms.models.session import Session
from promosms.models.spending import Spending
from promosms.models.spent_proof import SpentProof
from promosms.models.suppression import Suppression, SuppressionSource
from promosms.models.text_attempt import AttemptKind, TextAttempt, TextBlock, TextRefusal
from promosms.models.throttle import Throttle
from promosms.models.top_up import PayMethod, TopUp, TopUpStatus
from promosms.models.user import Role, User
from promosms.models.wishes import AutomaticTopUp, LowBalanceAlert
from promosms.models.worker import Worker

__all__ = [
    "BEGINNING",
    "FIELDS",
    "Account",
    "AccountExport",
    "AccountStatus",
    "Adjustment",
    "AdjustmentStatus",
    "AttemptKind",
    "AuditEntry",
    "AuditHead",
    "AutomaticTopUp",
    "BadRow",
    "Campaign",
    "CampaignList",
    "CampaignStatus",
    "CardDeletion",
    "Chore",
    "Company",
    "Confirmation",
    "ConfirmationKind",
    "Consent",
    "CookieChoice",
    "Email",
    "EmailStatus",
    "EntryKind",
    "Erasure",
    "EventKind",
    "ExportStatus",
    "Gateway",
    "GatewayEvent",
    "GatewayStatus",
    "Guest",
    "Hold",
    "Import",
    "ImportStatus",
    "InboundKind",
    "InboundMessage",
    "Invoice",
    "InvoiceDocument",
    "InvoiceKind",
    "InvoiceSeries",
    "KnownBrowser",
    "Lane",
    "LedgerEntry",
    "LedgerTotal",
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
    "RecipientList",
    "RecoveryCode",
    "Role",
    "Route",
    "RouteGateway",
    "SecondStep",
    "SenderKind",
    "Session",
    "Spending",
    "SpentProof",
    "Suppression",
    "SuppressionSource",
    "TROUBLED",
    "TaxAnswer",
    "TaxCheck",
    "Throttle",
    "TextAttempt",
    "TextBlock",
    "TextRefusal",
    "TopUp",
    "TopUpStatus",
    "User",
    "UtcDateTime",
    "Worker",
    "apart_of",
    "new_public_id",
    "now",
    "table_of",
]

fences.attach()
ledger_guards.attach()
invoice_guards.attach()
