"""What is stored: a file per noun."""

from promosms.models.account import Account, AccountStatus
from promosms.models.audit import AuditEntry
from promosms.models.base import Model, Privacy, UtcDateTime, new_public_id, now, table_of
from promosms.models.campaign import Campaign, CampaignList, CampaignStatus
from promosms.models.confirmation import Confirmation, ConfirmationKind
from promosms.models.email import Email, EmailStatus
from promosms.models.gateway import EventKind, Gateway, GatewayEvent, GatewayStatus
from promosms.models.import_ import BadRow, Import, ImportStatus
from promosms.models.ledger import EntryKind, Hold, LedgerEntry
from promosms.models.list import ListRecipient, RecipientList
from promosms.models.message import (
    InboundKind,
    InboundMessage,
    Lane,
    Message,
    MessagePart,
    MessageStatus,
)
from promosms.models.recipient import FIELDS, Consent, Recipient
from promosms.models.route import Price, Route, RouteGateway, SenderKind
from promosms.models.session import Session
from promosms.models.suppression import Suppression, SuppressionSource
from promosms.models.user import Role, User
from promosms.models.worker import Worker

__all__ = [
    "FIELDS",
    "Account",
    "AccountStatus",
    "AuditEntry",
    "BadRow",
    "Campaign",
    "CampaignList",
    "CampaignStatus",
    "Confirmation",
    "ConfirmationKind",
    "Consent",
    "Email",
    "EmailStatus",
    "EntryKind",
    "EventKind",
    "Gateway",
    "GatewayEvent",
    "GatewayStatus",
    "Hold",
    "Import",
    "ImportStatus",
    "InboundKind",
    "InboundMessage",
    "Lane",
    "LedgerEntry",
    "ListRecipient",
    "Message",
    "MessagePart",
    "MessageStatus",
    "Model",
    "Price",
    "Privacy",
    "Recipient",
    "RecipientList",
    "Role",
    "Route",
    "RouteGateway",
    "SenderKind",
    "Session",
    "Suppression",
    "SuppressionSource",
    "User",
    "UtcDateTime",
    "Worker",
    "new_public_id",
    "now",
    "table_of",
]
