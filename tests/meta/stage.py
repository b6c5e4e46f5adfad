"""One of everything, so that every route can be called; and what its form would send."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select

from promosms.database import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    BadRow,
    Campaign,
    CampaignStatus,
    Confirmation,
    ConfirmationKind,
    Consent,
    Gateway,
    GatewayStatus,
    ImportStatus,
    InboundMessage,
    Message,
    MessageStatus,
    Model,
    Session,
    SuppressionSource,
    User,
    now,
)
from promosms.services import (
    campaigns,
    confirmations,
    imports,
    installation,
    lists,
    phone,
    recipients,
    routes,
    suppression_list,
    suppressions,
)
from promosms.services.campaigns import Draft
from promosms.services.consent import Basis
from tests.cast import PASSWORD, Cast
from tests.pages import PageClient

AGREED = Basis(Consent.GIVEN, "Card at the till", now())
FILE = b"phone,name\n+48601234567,Ola\n+48601234568,Jan\n"
NEW_PASSWORD = "seven slow boats in May"
NUMBER = "+48732000001"
Things = dict[str, str]
Form = dict[str, object]


@dataclass
class Stage:
    """The owner's account with one of everything: what it is, and its name in an address."""

    app: Flask
    cast: Cast
    things: Things = field(default_factory=dict)

    def set(self) -> None:
        """Make everything."""
        self.owner = self.cast.owner.browser()
        with self.app.app_context():
            account = db.session.get_one(Account, self.cast.owner.account_id)
            self._people(account)
            self._imports(account)
            self._campaigns(account)
            self._links()
            self._operator(account)
            phone.store().reply("+48601111111", NUMBER, "Is it open?")
            db.session.remove()
        self.things["session"] = self._other_browser()

    def rows(self) -> dict[str, list[str]]:
        """Everything that is stored, to see whether anything has changed."""
        with self.app.app_context():
            found = {
                table.name: sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
                for table in Model.metadata.sorted_tables
            }
            found["network"] = [repr(text) for text in phone.texts()]
            db.session.remove()
        return found

    def of(self, thing: str) -> list[str]:
        """The names of all things of a kind, in every state: "import" has several."""
        return [name for key, name in self.things.items() if key.split()[0] == thing.split()[0]]

    def _people(self, account: Account) -> None:
        group = lists.create(account.id, "Regulars")
        person = recipients.add(account, {"phone": "+48601111111"}, AGREED, [group.id])
        suppression_list.add(account.id, "PL", ["+48601111119"])
        suppressions.opt_out(account.id, "+48601111118", SuppressionSource.REPLY)
        by_hand, by_reply = reversed(suppression_list.page(account.id)[0])
        with transaction() as session:
            session.add(
                InboundMessage(account_id=account.id, phone="+48601111111", text="Is it open?")
            )
        self.things |= {
            "recipient": person.public_id,
            "list": group.public_id,
            "suppression by hand": by_hand.public_id,
            "suppression by reply": by_reply.public_id,
        }

    def _imports(self, account: Account) -> None:
        for status in ImportStatus:
            which = imports.upload(account, io.BytesIO(FILE), "customers.csv")
            with transaction() as session:
                which.status = status
                session.add(
                    BadRow(
                        account_id=account.id,
                        import_id=which.id,
                        row=3,
                        problem="too_short",
                        content="12",
                    )
                )
            self.things[f"import {status}"] = which.public_id

    def _campaigns(self, account: Account) -> None:
        for status in CampaignStatus:
            made = campaigns.create(
                account, Draft(name=status, text="Hi {first_name|there}", everyone=True), ""
            )
            if status != CampaignStatus.DRAFT:
                self._launched(made, status)
            self.things[f"campaign {status}"] = made.public_id

    def _launched(self, campaign: Campaign, status: CampaignStatus) -> None:
        with transaction() as session:
            campaign.status, campaign.launched_at, campaign.audience = status, now(), 1
            campaign.n_delivered = 1
            session.add(
                Message(
                    account_id=campaign.account_id,
                    campaign_id=campaign.id,
                    phone="+48601111111",
                    text="Hi there",
                    status=MessageStatus.DELIVERED,
                )
            )

    def _links(self) -> None:
        owner = db.session.get_one(User, self.cast.owner.user_id)
        for kind in ConfirmationKind:
            link = confirmations.new_link(kind, "new@example.com", "+48601000109")
            self.things[f"link {kind}"] = link.rsplit("/", 1)[1]
        with transaction() as session:
            query = select(Confirmation).where(Confirmation.kind == ConfirmationKind.RESET)
            session.scalars(query).one().user_id = owner.id

    def _operator(self, account: Account) -> None:
        with transaction() as session:
            suspended = Account(region="PL", status=AccountStatus.SUSPENDED)
            paused = Gateway(name="Resting", kind="simulator", status=GatewayStatus.PAUSED)
            session.add_all([suspended, paused])
        spare = routes.add("Spare", "test")
        self.things |= {
            "account": account.public_id,
            "account suspended": suspended.public_id,
            "gateway": "Simulator",
            "gateway paused": "Resting",
            "route": installation.default_route().code,
            "route spare": spare.code,
        }

    def _other_browser(self) -> str:
        self.cast.colleague.browser()
        with self.app.app_context():
            query = select(Session.public_id).where(Session.user_id == self.cast.colleague.user_id)
            found = db.session.scalars(query.order_by(Session.id.desc())).first()
            db.session.remove()
        assert found is not None
        return found


# What each route with an argument is called with, so that its action makes sense.
# Whoever adds such a route adds a line here; the tests fail without it.
ARGUMENTS = {
    "static": "file",
    "auth.confirm": "link register",
    "auth.reset": "link reset",
    "auth.join": "link admin",
    "settings.end_session": "session",
    "recipients.edit": "recipient",
    "recipients.delete": "recipient",
    "lists.page": "list",
    "lists.rename": "list",
    "lists.delete": "list",
    "lists.delete_now": "list",
    "imports.show": "import mapping",
    "imports.progress": "import running",
    "imports.cancel": "import mapping",
    "imports.undo": "import finished",
    "imports.refused": "import finished",
    "suppressions.lift": "suppression by hand",
    "campaigns.edit": "campaign draft",
    "campaigns.duplicate": "campaign finished",
    "campaigns.delete": "campaign draft",
    "campaigns.report": "campaign sending",
    "campaigns.live": "campaign sending",
    "campaigns.download": "campaign finished",
    "campaigns.pause": "campaign sending",
    "campaigns.resume": "campaign paused",
    "campaigns.cancel": "campaign sending",
    "campaigns.review": "campaign draft",
    "campaigns.send": "campaign draft",
    "campaigns.test": "campaign draft",
    "admin.account": "account",
    "admin.suspend": "account",
    "admin.unsuspend": "account suspended",
    "admin.adjust": "account",
    "admin.pause": "gateway",
    "admin.resume": "gateway paused",
    "admin.gateway": "gateway",
    "admin.change_gateway": "gateway",
    "admin.test_gateway": "gateway",
    "admin.route": "route",
    "admin.prices": "route",
    "admin.default_route": "route spare",
    "admin.attach": "route",
    "admin.arrange": "route",
    "admin.detach": "route",
}

CONSENT = {"consent": "given", "consent_source": "Card at the till", "consent_on": "2024-05-01"}
DRAFT = {"name": "Sale", "audience": "everyone", "text": "20% off", "language": "en"}


def _agreed(things: Things, owner: PageClient) -> Form:
    page = owner.get_page(f"/campaigns/{things['campaign draft']}/review")
    return {"agreed": str(page.select("input[name=agreed]")[0]["value"])}


def _edited(things: Things, owner: PageClient) -> Form:
    page = owner.get_page(f"/campaigns/{things['campaign draft']}/edit")
    return {**DRAFT, "stamp": str(page.select("input[name=stamp]")[0]["value"])}


# What the form of each POST route sends, so that it would change something.
# Whoever adds such a route adds a line here; the tests fail without it.
FORMS: dict[str, Form | Callable[[Things, PageClient], Form]] = {
    "auth.register": {"email": "new@example.com", "phone": "+48601000109"},
    "auth.confirm": {},
    "auth.sign_in": {"email": "owner@example.com", "password": PASSWORD},
    "auth.sign_out": {},
    "auth.choose_password": {"password": NEW_PASSWORD},
    "auth.change_password": {"current": PASSWORD, "password": NEW_PASSWORD},
    "auth.forgotten": {"email": "owner@example.com"},
    "auth.reset": {},
    "auth.join": {"email": "other@example.com", "password": NEW_PASSWORD},
    "settings.language": {"language": "pl"},
    "settings.place": {"region": "GB", "timezone": "Europe/London"},
    "settings.end_session": {},
    "settings.end_others": {},
    "settings.leave": {"password": PASSWORD, "confirmed": "y"},
    "recipients.add": {"phone": "+48601222333", **CONSENT},
    "recipients.edit": {"phone": "+48601222333", **CONSENT},
    "recipients.delete_many": lambda things, _: {"recipient": things["recipient"]},
    "recipients.bulk": lambda things, _: {
        "recipient": things["recipient"],
        "list": things["list"],
        "action": "remove",
    },
    "recipients.field_names": {"field1": "Shoe size"},
    "lists.index": {"name": "Newcomers"},
    "lists.rename": {"name": "Old friends"},
    "lists.delete_now": {},
    "imports.new": lambda _things, _: {"file": (io.BytesIO(FILE), "customers.csv")},
    "imports.paste": {"text": "+48601222333", **CONSENT},
    "imports.show": {"column": ["phone", "first_name"], "has_header": "y", **CONSENT},
    "imports.cancel": {},
    "imports.undo": {},
    "suppressions.index": {"text": "+48601222333"},
    "suppressions.lift": {},
    "campaigns.new": {**DRAFT, "action": "save"},
    "campaigns.edit": _edited,
    "campaigns.count": DRAFT,
    "campaigns.duplicate": {},
    "campaigns.delete": {},
    "campaigns.pause": {},
    "campaigns.resume": {},
    "campaigns.cancel": {},
    "campaigns.send": _agreed,
    "campaigns.test": {},
    "policies.dismiss_notice": {"page": "/"},
    "policies.choose_language": {"page": "/", "language": "pl"},
    "phone.reply": {"number": "+48601111111", "to": NUMBER, "text": "STOP"},
    "admin.suspend": {"why": "Complaints"},
    "admin.unsuspend": {},
    "admin.adjust": {"amount": "5", "reason": "Transfer", "reference": "0123456789abcdef0123"},
    "admin.pause": {},
    "admin.resume": {},
    "admin.change_gateway": {"rate": "20", "window": "5", "connections": "2"},
    "admin.test_gateway": {"phone": "+48601222333"},
    "admin.routes": {"name": "Winter"},
    "admin.route": {"name": "Fast", "sender_kind": "name", "sender": "Shop"},
    "admin.prices": {"country": "PL", "amount": "0.05"},
    "admin.default_route": {},
    "admin.attach": {"gateway": "Resting"},
    "admin.arrange": {"gateway": "Simulator", "position": "2", "weight": "50", "countries": "PL"},
    "admin.detach": {"gateway": "Simulator"},
}
# These store nothing: a count, and for visitors two cookies.
STORES_NOTHING = {"campaigns.count", "policies.dismiss_notice", "policies.choose_language"}


def form(endpoint: str, stage: Stage) -> Form:
    """What the form of a route sends; a fresh one for every call, because files are used up."""
    given = FORMS[endpoint]
    return dict(given(stage.things, stage.owner) if callable(given) else given)
