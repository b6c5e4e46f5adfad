"""An account with an object of every kind, to call every route."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import delete, select

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Adjustment,
    AnswerKind,
    AutomaticTopUp,
    BadRow,
    BulkKind,
    Consent,
    Email,
    EmailLink,
    EmailLinkKind,
    Gateway,
    GatewayStatus,
    ImportStatus,
    InboundKind,
    InboundMessage,
    InvoiceDocument,
    Message,
    PayMethod,
    PhoneChange,
    ReplyMode,
    Role,
    Session,
    SignUp,
    SuppressionSource,
    TopUpStatus,
    User,
    WorkbookKind,
    new_public_id,
    now,
)
from promosms.services.abuse import blocks
from promosms.services.accounts import guests
from promosms.services.auth import email_links, passwords
from promosms.services.automatic_answers import answers as automatic_answers
from promosms.services.automatic_answers import opening_hours
from promosms.services.automatic_answers.answers import Draft
from promosms.services.bulk_actions import actions
from promosms.services.bulk_actions.actions import Chosen
from promosms.services.gateways import routes, simulated_phone
from promosms.services.imports import imports
from promosms.services.inbox import (
    assignees,
    canned_answers,
    conversations,
    direct_texts,
    unmatched,
)
from promosms.services.inbox.concatenation import Reply
from promosms.services.installation import defaults
from promosms.services.invoices import companies
from promosms.services.invoices.companies import Details
from promosms.services.payments import automatic_top_ups, balance_alerts, payments, top_ups
from promosms.services.payments.automatic_top_ups import Settings
from promosms.services.policies import versions as policy_versions
from promosms.services.privacy import erasure_requests
from promosms.services.privacy import export as account_export
from promosms.services.recipients import lists, recipients, suppression_list, wordings
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.filters import Search
from promosms.services.recipients.segments import segments
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
from promosms.services.reply_emails import preferences as reply_emails
from promosms.services.reply_emails.preferences import Choice
from promosms.services.sending import opt_outs
from promosms.services.sign_ups import forms as sign_up_forms
from promosms.services.sign_ups.forms import Draft as SignUpDraft
from promosms.services.sign_ups.forms import Words
from promosms.services.workbooks import run as workbook_run
from promosms.services.workbooks import workbooks
from promosms.settings import settings_of, use_settings
from tests.meta import sample_api, sample_automations, sample_campaigns, sample_senders
from tests.support.cast import Cast
from tests.support.invoicing import POLISH, issued
from tests.support.replies import store
from tests.support.settings import override
from tests.support.snapshot import stored_rows

AGREED = Basis(Consent.GIVEN, "Card at the till", now().date())
PRICES = b"country;price\nPL;0,05\n"
FILE = b"phone,name\n+48601234567,Ola\n+48601234568,Jan\n"
NEW_PASSWORD = "seven slow boats in May"
NUMBER = "+48732000001"
TEXTED = "ACDE-FGHJ"
GUEST_CODE = "123456"
SIGNED_UP = {"list": "new", "new_list": "Signed up", "daily_limit": "20"}
SIGNING_UP = {"phone": "+48601222334", "agree": "y"}
COMPANY = Details("Milk Bar", "Long Street 1", "00-001", "Warsaw", "PL", "PL5260001246")
Ids = dict[str, str]
Form = dict[str, object]


HELD = opt_outs.Evidence("Do you stop at 2?", NUMBER, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


@dataclass
class Stage:
    """The owner's account with an object of every kind; `ids` has their public ids by kind."""

    app: Flask
    cast: Cast
    ids: Ids = field(default_factory=dict)

    def set(self) -> None:
        """Create everything."""
        self.owner, self.colleague = self.cast.owner.browser(), self.cast.colleague.browser()
        with self.app.app_context():
            account = db.session.get_one(Account, self.cast.owner.account_id)
            self._people(account)
            self._imports(account)
            self.ids |= sample_campaigns.ids(account) | sample_automations.ids(account)
            self.ids |= sample_senders.ids(account) | sample_api.ids(account)
            self._top_ups(account)
            self._links()
            self._export(account)
            self._invoice(account.id)
            self._money(account)
            self._operator(account)
            simulated_phone.store().reply("+48601111111", NUMBER, "Is it open?")
            with transaction() as session:
                # E-mails are in the language of their recipient, not in that of the page.
                session.execute(delete(Email))
            db.session.remove()
        self.ids["session"] = self._other_browser()
        self.ids["version"] = policy_versions.latest().name
        self.ids["topic"] = "import"
        self.ids["api topic"] = "messages"
        self.ids["api workflow"] = "reply"
        with self.app.app_context():
            self.ids["phone"] = simulated_phone.link().rpartition("/")[2]

    def again(self) -> "Stage":
        """The same stage for another test, after its snapshot was restored."""
        stage = Stage(self.app, self.cast, dict(self.ids))
        stage.owner = stage.cast.owner.browser()
        stage.colleague = stage.cast.colleague.browser()
        return stage

    def rows(self) -> dict[str, list[str]]:
        """All stored rows, to see whether anything has changed.

        Counts of refused forms are left out: they say that something was *not* done.
        """
        rows_by_table = stored_rows(self.app)
        del rows_by_table["text_refusals"]
        with self.app.app_context():
            rows_by_table["network"] = [repr(text) for text in simulated_phone.texts()]
        return rows_by_table

    def of(self, kind: str) -> list[str]:
        """The ids of all objects of a kind, in every state: "import" has several."""
        return [name for key, name in self.ids.items() if key.split()[0] == kind.split()[0]]

    def _people(self, account: Account) -> None:
        group = lists.create(account.id, "Regulars")
        person = recipients.add(account, {"phone": "+48601111111"}, AGREED, [group.id])
        by = db.session.get_one(User, self.cast.owner.user_id)
        bulk = actions.begin(Chosen(Search(account.id, "nobody")), BulkKind.DELETE, by)
        words = wordings.add(account.id, "Till", "en", "Yes, you may text me.", by.public_id)
        self.ids["wording"] = words.public_id
        self._sign_ups(account, group.id, by.public_id)
        self.ids["bulk_action"] = bulk.public_id
        suppression_list.add(account.id, "PL", ["+48601111119"])
        opt_outs.opt_out(account.id, "+48601111118", SuppressionSource.REPLY)
        guest = guests.add(account, "+48601111112")
        with transaction():
            guest.code_hash = passwords.hash_password(GUEST_CODE)
        automatic_top_ups.switch_on(account, Settings(100_000, 500_000, 1_000_000), "test")
        balance_alerts.switch_on(account.id, 50_000, by_text=False)
        opt_outs.opt_out(account.id, "+48601111117", SuppressionSource.HELD, HELD)
        by_hand, by_reply, held = reversed(suppression_list.page(account.id).rows)
        with transaction() as session:
            question = InboundMessage(
                account_id=account.id, phone="+48601111111", text="Is it open?"
            )
            store(session, question)
            reply = InboundMessage(
                account_id=account.id,
                phone="+48601111117",
                text=HELD.text,
                kind=InboundKind.HOLD,
                received_at=HELD.received_at,
            )
            store(session, reply)
            conversations.mark_done(account.id, reply.phone, reply.id)
            assignees.take(account.id, reply.phone, by)
            direct_texts.send(
                account, "+48601111111", "Yes, until six", key=new_public_id(), agreed_price=300
            )
            wishes = session.get_one(AutomaticTopUp, account.id)
            wishes.customer, wishes.card, wishes.card_label = "cus_1", "pm_1", "Visa 4242"
        canned_answers.save(account.id, "Hours", "We are open until six.")
        (canned,) = canned_answers.all_of(account.id)
        answer = Draft(AnswerKind.KEYWORD, "Soup 3, pie 4.", "menu")
        automatic_answers.save(account, answer, 300)
        (automatic,) = automatic_answers.all_of(account.id)
        opening_hours.save(account.id, opening_hours.Settings(daily_limit=20))
        reply_emails.save(account.id, Choice(ReplyMode.DAILY))
        row = Condition(Kind.CONSENT, Kind.CONSENT, "given")
        regulars = segments.create(account.id, "Our regulars", Filter(Match.ALL, (row,)))
        self.ids |= {
            "recipient": person.public_id,
            "segment": regulars.public_id,
            "guest": guest.public_id,
            "canned answer": canned.public_id,
            "automatic answer": automatic.public_id,
            "reply question": question.public_id,
            "list": group.public_id,
            "suppression by hand": by_hand.public_id,
            "suppression by reply": by_reply.public_id,
            "suppression held": held.public_id,
            "reply held": reply.public_id,
        }

    def _sign_ups(self, account: Account, list_id: int, by: str) -> None:
        """A sign-up form, and a number that waits for its code."""
        said = {"en": Words("Our offers", "A text a week.", "Yes, text me your offers.")}
        form = sign_up_forms.add(account.id, SignUpDraft(list_id, said), by)
        words_id = sign_up_forms.shown(form, "en").wording.public_id
        with transaction() as session:
            waiting = SignUp(
                account_id=account.id,
                form_id=form.id,
                phone="+48601111116",
                language="en",
                wording_id=form.wording_en_id,
                code_hash=passwords.hash_password(GUEST_CODE),
                texted_at=now() - timedelta(minutes=2),
                expires_at=now() + timedelta(minutes=28),
            )
            session.add(waiting)
        self.ids["sign_up_form"], self.ids["sign_up"] = form.public_id, waiting.public_id
        closed = sign_up_forms.add(account.id, SignUpDraft(list_id, said), by)
        sign_up_forms.close(closed)
        self.ids["sign_up_form closed"] = closed.public_id
        self.ids["sign_up_token"], self.ids["sign_up_words"] = form.token, words_id

    def _imports(self, account: Account) -> None:
        for status in ImportStatus:
            import_ = imports.upload(account, io.BytesIO(FILE), "customers.csv")
            with transaction() as session:
                import_.status = status
                import_.finished_at = now() if status == ImportStatus.FINISHED else None
                session.add(
                    BadRow(
                        account_id=account.id,
                        import_id=import_.id,
                        row=3,
                        problem="too_short",
                        content="12",
                    )
                )
            self.ids[f"import {status}"] = import_.public_id

    def _top_ups(self, account: Account) -> None:
        companies.save(account.id, COMPANY, "test")
        user = db.session.get_one(User, self.cast.owner.user_id)
        for status in TopUpStatus:
            top_up = top_ups.order(account, user, 250_000, PayMethod.TRANSFER)
            with transaction():
                top_up.status, top_up.paid_at = status, now()
            self.ids[f"top_up {status}"] = top_up.public_id

    def _invoice(self, account_id: int) -> None:
        """An invoice of a seller in Poland, with every kind of file."""
        before = settings_of(self.app)
        override(self.app, POLISH)
        invoice = issued(account_id, rate=2300, currency="PLN")
        use_settings(self.app, before)
        with transaction() as session:
            for kind in ("pdf", "xml", "fa3"):
                session.add(
                    InvoiceDocument(invoice_id=invoice.id, kind=kind, content=b"x", digest="")
                )
        self.ids["invoice"] = invoice.public_id

    def _money(self, account: Account) -> None:
        """Orders paid in part and overpaid, and corrections that wait for a second admin."""
        user = db.session.get_one(User, self.cast.owner.user_id)
        for name, received in (("part", 50_000), ("surplus", 9_000_000)):
            top_up = top_ups.order(account, user, 250_000, PayMethod.TRANSFER)
            payment = payments.receive(
                top_up.id, payments.TRANSFER, f"2026/{received}", received, actor="test"
            )
            self.ids[f"order {name}"] = top_up.public_id
            self.ids["payment"] = payment.public_id
        admin = db.session.get_one(User, self.cast.admin.user_id).public_id
        with transaction() as session:
            for name, asked_by in (("adjustment", "0" * 20), ("adjustment own", admin)):
                values = {"account_id": account.id, "amount": 5, "reason": "Goodwill"}
                adjustment = Adjustment(asked_by=asked_by, reference=name, **values)
                session.add(adjustment)
                session.flush()
                self.ids[name] = adjustment.public_id

    def _export(self, account: Account) -> None:
        export = account_export.start(account, "test")
        assert not account_export.work(export.id)
        self.ids["account_export"] = export.public_id
        chosen = workbooks.chosen_of(Search(account.id))
        workbook = workbooks.start(account.id, WorkbookKind.RECIPIENTS, chosen, 0)
        assert not workbook_run.work(workbook.id)
        self.ids["workbook"] = workbook.public_id

    def _links(self) -> None:
        owner = db.session.get_one(User, self.cast.owner.user_id)
        colleague = db.session.get_one(User, self.cast.colleague.user_id)
        self.ids["colleague"] = colleague.public_id
        for kind in EmailLinkKind:
            link = email_links.new_link(kind, "new@example.com", "+48601000109")
            self.ids[f"link {kind}"] = link.rsplit("/", 1)[1]
        with transaction() as session:
            strangers = (EmailLinkKind.REGISTER, EmailLinkKind.ADMIN)
            for row in session.scalars(select(EmailLink)):
                row.user_id = None if row.kind in strangers else owner.id
                if row.kind == EmailLinkKind.COLLEAGUE:
                    row.role, row.email = Role.MEMBER, "joins@example.com"
                    row.created_at -= timedelta(hours=1)
            session.add(
                PhoneChange(
                    user_id=self.cast.colleague.user_id,
                    phone="+48601000109",
                    code_hash=passwords.hash_password(TEXTED),
                    expires_at=now() + timedelta(minutes=10),
                )
            )
            link = self.ids["link erasure"] = erasure_requests.new_link()
            erasure_requests.begin(session, "0123456789abcdef0123", link, 0)
            row = erasure_requests.of("0123456789abcdef0123")
            erasure_requests.finish(session, row.account)
            session.flush()
            self.ids["certificate"] = erasure_requests.certificate(row, link)

    def _operator(self, account: Account) -> None:
        with transaction() as session:
            suspended = Account(region="PL", status=AccountStatus.SUSPENDED)
            paused = Gateway(name="Resting", kind="simulator", status=GatewayStatus.PAUSED)
            session.add_all([suspended, paused])
            second = User(role=Role.ADMIN, email="second@example.com", password_hash="x")
            session.add(second)
        self._unmatched()
        spare = routes.add("Spare", "test")
        blocks.block("+4850000", 10)
        self.ids |= {
            "admin second": second.public_id,
            "account": account.public_id,
            "account suspended": suspended.public_id,
            "gateway": "Simulator",
            "gateway paused": "Resting",
            "adapter": "smpp",
            "route": defaults.default_route().code,
            "route spare": spare.code,
            "text_block": blocks.current()[0].public_id,
        }

    def _unmatched(self) -> None:
        """A STOP in another form of the number that the campaigns have texted."""
        with transaction() as session:
            gateway_id = session.scalars(select(Gateway.id).order_by(Gateway.id)).first() or 0
            session.execute(update_rows(Message).values(gateway_id=gateway_id))
        wish = Reply(gateway_id, "601111111", NUMBER, "STOP", "", now(), address="601111111")
        unmatched.keep(wish, InboundKind.STOP)
        (shown,) = unmatched.waiting()
        self.ids["unmatched"] = shown.row.public_id
        self.ids["candidate"] = shown.candidates[0].key

    def _other_browser(self) -> str:
        self.cast.colleague.browser()
        with self.app.app_context():
            query = select(Session.public_id).where(Session.user_id == self.cast.colleague.user_id)
            session_id = db.session.scalars(query.order_by(Session.id.desc())).first()
            db.session.remove()
        assert session_id is not None
        return session_id
