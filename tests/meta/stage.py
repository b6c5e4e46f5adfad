"""The argument of each route, and the data of each form."""

import io
from collections.abc import Callable

from promosms.documents import ksef
from promosms.services.installation import defaults
from promosms.services.prices import tables as price_tables
from tests.meta.sample_account import (
    COMPANY,
    FILE,
    GUEST_CODE,
    NEW_PASSWORD,
    NUMBER,
    PRICES,
    SIGNED_UP,
    SIGNING_UP,
    TEXTED,
    Form,
    Ids,
    Stage,
)
from tests.support.cast import PASSWORD
from tests.support.invoicing import today
from tests.support.pages import PageClient

# The kind of object with which each route with an argument is called; its action is possible.
# A new route with an argument needs a line here; the tests fail without it.
ARGUMENTS = {
    "static": "file",
    "policies.old_version": "version",
    "help.topic": "topic",
    "auth.confirm": "link register",
    "auth.reset": "link reset",
    "auth.join": "link admin",
    "email_and_phone.confirm_email": "link email",
    "email_and_phone.undo": "link undo_email",
    "email_and_phone.confirm_phone": "link phone",
    "email_and_phone.keep_two_factor": "link totp_keep",
    "delete_account.by_link": "link delete",
    "delete_account.gone": "link erasure",
    "delete_account.progress": "link erasure",
    "delete_account.certificate": "link erasure",
    "phone.open_phone": "phone",
    "settings.end_session": "session",
    "guests.remove": "guest",
    "guests.code": "guest",
    "data.download": "account_export",
    "data.delete": "account_export",
    "workbooks.show": "workbook",
    "workbooks.progress": "workbook",
    "workbooks.download": "workbook",
    "workbooks.delete": "workbook",
    "recipients.person": "recipient",
    "recipients.edit": "recipient",
    "inbox.conversation": "reply held",
    "inbox.done": "reply question",
    "inbox.reopen": "reply held",
    "direct_texts.to_recipient": "recipient",
    "direct_texts.to_number": "reply question",
    "recipients.change_lists": "recipient",
    "recipients.delete": "recipient",
    "persons.recipient": "recipient",
    "lists.page": "list",
    "lists.rename": "list",
    "lists.delete": "list",
    "lists.delete_now": "list",
    "segments.page": "segment",
    "segments.edit": "segment",
    "segments.delete": "segment",
    "segments.delete_now": "segment",
    "imports.show": "import mapping",
    "imports.progress": "import running",
    "outcomes.part": "import mapping",
    "imports.cancel": "import mapping",
    "imports.undo": "import finished",
    "imports.refused": "import finished",
    "mending.page": "import finished",
    "bulk_actions.show": "bulk_action",
    "bulk_actions.progress": "bulk_action",
    "bulk_actions.cancel": "bulk_action",
    "wordings.page": "wording",
    "wordings.retire": "wording",
    "sign_up_forms.page": "sign_up_form",
    "sign_up_forms.of_list": "list",
    "sign_up_forms.edit": "sign_up_form",
    "sign_up_forms.code_svg": "sign_up_form",
    "sign_up_forms.code_png": "sign_up_form",
    "sign_up_forms.poster": "sign_up_form",
    "sign_up_forms.close": "sign_up_form",
    "sign_up_forms.reopen": "sign_up_form closed",
    "sign_up_forms.delete": "sign_up_form",
    "sign_up_forms.delete_now": "sign_up_form",
    "joining.index": "sign_up_token",
    "joining.done": "sign_up_token",
    "joining.code": "sign_up",
    "joining.again": "sign_up",
    "suppressions.lift": "suppression by hand",
    "held_replies.stop": "reply held",
    "held_replies.other": "reply held",
    "held_replies.stop_number": "suppression held",
    "held_replies.other_number": "suppression held",
    "billing.order_page": "top_up open",
    "billing.pro_forma": "top_up open",
    "billing.cancel_order": "top_up open",
    "billing.pay_by_card": "top_up open",
    "billing.card_back": "top_up open",
    "campaigns.edit": "campaign draft",
    "campaigns.duplicate": "campaign finished",
    "campaigns.repeat": "campaign cancelled",
    "campaigns.delete": "campaign draft",
    "campaigns.report": "campaign sending",
    "campaigns.live": "campaign sending",
    "campaigns.download": "campaign finished",
    "campaigns.pause": "campaign sending",
    "campaigns.resume": "campaign paused",
    "campaigns.cancel": "campaign sending",
    "campaigns.start": "campaign scheduled",
    "campaigns.unschedule": "campaign scheduled",
    "campaigns.review": "campaign draft",
    "campaigns.send": "campaign draft",
    "campaigns.test": "campaign draft",
    "billing.campaign": "campaign finished",
    "billing.invoice_file": "invoice",
    "admin.invoice_file": "invoice",
    "admin.account": "account",
    "admin.suspend": "account",
    "admin.unsuspend": "account suspended",
    "admin.adjust": "account",
    "admin.revoke_admin": "admin second",
    "admin.approve": "account suspended",
    "admin.top_up": "order part",
    "admin.receive": "order part",
    "admin.settle": "order part",
    "admin.book_overpayment": "order surplus",
    "admin.cancel_top_up": "top_up open",
    "admin.payment": "payment",
    "admin.refund": "payment",
    "admin.agree": "adjustment",
    "admin.refuse": "adjustment",
    "admin.withdraw": "adjustment own",
    "admin.pause": "gateway",
    "admin.resume": "gateway paused",
    "admin.gateway": "gateway",
    "admin.change_gateway": "gateway",
    "admin.test_gateway": "gateway",
    "admin.check_gateway": "gateway",
    "admin.route": "route",
    "admin.prices": "route",
    "admin.price_history": "route",
    "admin.remove_price": "route",
    "admin.export_prices": "route",
    "admin.price_table": "route",
    "admin.import_prices": "route",
    "admin.default_route": "route spare",
    "admin.attach": "route",
    "admin.arrange": "route",
    "admin.detach": "route",
    "admin.lift_block": "text_block",
    "admin.gateway_country": "gateway",
    "admin.one_unmatched": "unmatched",
    "admin.assign_candidate": "unmatched",
    "admin.assign": "unmatched",
    "admin.dismiss": "unmatched",
}

CONSENT = {"consent": "given", "consent_source": "Card at the till", "consent_on": "2024-05-01"}
IN_TOWN = {"c0-kind": "text", "c0-subject": "city", "c0-test": "is", "c0-text": "Łódź"}
DRAFT = {"name": "Sale", "audience": "everyone", "text": "20% off", "language": "en"}


def _agreed(ids: Ids, owner: PageClient) -> Form:
    page = owner.get_page(f"/campaigns/{ids['campaign draft']}/review")
    return {"agreed": str(page.select("input[name=agreed]")[0]["value"])}


def _edited(ids: Ids, owner: PageClient) -> Form:
    page = owner.get_page(f"/campaigns/{ids['campaign draft']}/edit")
    return {**DRAFT, "stamp": str(page.select("input[name=stamp]")[0]["value"])}


def _seen(_things: Ids, _owner: PageClient) -> Form:
    with _owner.application.app_context():
        plan = price_tables.plan(defaults.default_route().id, PRICES.decode())
    return {"text": PRICES.decode(), "digest": plan.digest}


def _reviewed(_things: Ids, owner: PageClient) -> Form:
    page = owner.get_page("/billing/top-up/review?amount=500000")
    fields = page.select("main input[value]:not([name=csrf_token])")
    return {str(field["name"]): str(field["value"]) for field in fields}


def _mended(ids: Ids, owner: PageClient) -> Form:
    page = owner.get_page(f"/imports/{ids['import finished']}")
    key = str(page.select_one(".mend [name=row]")["value"])
    return {"row": key, f"{key}-number": "+48601222444"}


# Form data for each POST route, with which it changes something.
# A new POST route needs a line here; the tests fail without it.
def _ksef_table(_ids: Ids, _client: PageClient) -> Form:
    number = f"5260001246-{today():%Y%m%d}-0100001AF629"
    row = f"INV/{today():%Y}/000001;{number}-{ksef.crc8(number.encode()):02X}\n"
    return {"file": (io.BytesIO(row.encode()), "ksef.csv")}


FORMS: dict[str, Form | Callable[[Ids, PageClient], Form]] = {
    "auth.register": {"email": "new@example.com", "phone": "+48601000109"},
    "auth.confirm": {},
    "auth.sign_in": {"email": "owner@example.com", "password": PASSWORD},
    "auth.sign_out": {},
    "two_factor_challenge.index": {"code": "123456"},
    "two_factor_challenge.lost": {},
    "two_factor_challenge.remove": {},
    "reauthentication.index": {"password": PASSWORD},
    "two_factor.switch_on": {"code": "123456", "offer": "encrypted"},
    "two_factor.switch_off": {},
    "two_factor.new_codes": {},
    "email_and_phone.email": {"email": "other@example.com"},
    "email_and_phone.phone": {"phone": "+48601000109"},
    "email_and_phone.phone_code": {"code": TEXTED},
    "email_and_phone.confirm_email": {},
    "email_and_phone.undo": {},
    "email_and_phone.confirm_phone": {},
    "email_and_phone.keep_two_factor": {},
    "auth.choose_password": {"password": NEW_PASSWORD},
    "auth.change_password": {"current": PASSWORD, "password": NEW_PASSWORD},
    "auth.forgotten": {"email": "owner@example.com"},
    "auth.reset": {},
    "auth.join": {"email": "other@example.com", "password": NEW_PASSWORD},
    "settings.language": {"language": "pl"},
    "guests.index": {"phone": "+48601222333"},
    "guests.remove": {},
    "guests.code": {"code": GUEST_CODE},
    "data.keep": {"days": "10"},
    "data.export": {},
    "data.delete": {},
    "billing.alerts": {"below": "25", "by_text": "y"},
    "billing.alerts_off": {},
    "billing.limits": {"per_campaign": "25", "failures": "20", "wishes": "5"},
    "settings.place": {"region": "GB", "timezone": "Europe/London"},
    "settings.end_session": {},
    "settings.end_others": {},
    "delete_account.delete": {"password": PASSWORD, "confirmed": "y"},
    "delete_account.ask": {"email": "owner@example.com"},
    "delete_account.by_link": {"password": PASSWORD, "confirmed": "y"},
    "delete_account.verify": lambda ids, _: {
        "file": (io.BytesIO(ids["certificate"].encode()), "certificate.json")
    },
    "recipients.add": {"phone": "+48601222333", **CONSENT},
    "recipients.edit": {"phone": "+48601222333", **CONSENT},
    "recipients.change_lists": lambda ids, _: {"shown": ids["list"]},
    "direct_texts.to_recipient": {"text": "Until six", "agreed": "300"},
    "direct_texts.to_number": {"text": "Until six", "agreed": "300"},
    "inbox.read_all": {},
    "inbox.done": {},
    "inbox.reopen": {},
    "persons.recipient": {},
    "persons.number": {"phone": "+48601111111", "confirmed": "y"},
    "recipients.delete_many": lambda ids, _: {"recipient": ids["recipient"]},
    "wordings.index": {"name": "Card", "language": "en", "text": "Yes, text me."},
    "wordings.page": {"name": "Card", "language": "en", "text": "Yes, please text me."},
    "wordings.retire": {},
    "sign_up_forms.new": {"title_pl": "Oferty", "wording_pl": "Tak, piszcie.", **SIGNED_UP},
    "sign_up_forms.edit": {"title_en": "Other offers", "wording_en": "Yes.", **SIGNED_UP},
    "sign_up_forms.close": {},
    "sign_up_forms.reopen": {},
    "sign_up_forms.delete_now": {},
    "joining.index": lambda ids, _: {**SIGNING_UP, "wording": ids["sign_up_words"]},
    "joining.code": {"code": GUEST_CODE},
    "joining.again": {},
    "recipients.bulk": lambda ids, _: {
        "recipient": ids["recipient"],
        "list": ids["list"],
        "action": "remove",
    },
    "bulk_actions.choose": {"kind": "put_on_list", "to-new_list": "Together"},
    "bulk_actions.cancel": {},
    "workbooks.start": {"kind": "recipients"},
    "workbooks.delete": {},
    "recipient_fields.own": {
        "field1": "Shoe size",
        **{f"field{n}_type": "text" for n in range(1, 6)},
    },
    "recipient_fields.table": {"columns": ["city", "consent"]},
    "lists.index": {"name": "Newcomers"},
    "lists.rename": {"name": "Old friends"},
    "lists.delete_now": {},
    "segments.new": {"name": "Those in town", **IN_TOWN},
    "segments.edit": {"name": "Those out of town", **IN_TOWN, "c0-test": "not_is"},
    "segments.count": {**IN_TOWN},
    "segments.delete_now": {},
    "imports.new": lambda _things, _: {"file": (io.BytesIO(FILE), "customers.csv")},
    "imports.paste": {"text": "+48601222333", **CONSENT},
    "imports.show": {"column": ["phone", "first_name"], "has_header": "y", **CONSENT},
    "imports.cancel": {},
    "imports.undo": {},
    "mending.page": _mended,
    "suppressions.index": {"text": "+48601222333"},
    "suppressions.lift": {},
    "held_replies.stop": {},
    "held_replies.other": {},
    "held_replies.stop_number": {},
    "held_replies.other_number": {},
    "billing.choose": {"amount": "25,50"},
    "billing.company": {**vars(COMPANY), "city": "Gdynia"},
    "billing.confirm_company": {},
    "billing.order": _reviewed,
    "billing.cancel_order": {},
    "billing.automatic": {"below": "20", "amount": "50", "monthly_cap": "100", "agreed": "y"},
    "billing.automatic_off": {},
    "billing.forget_card": {},
    "campaigns.new": {**DRAFT, "action": "save"},
    "campaigns.edit": _edited,
    "campaigns.count": DRAFT,
    "campaigns.autosave": DRAFT,
    "campaigns.duplicate": {},
    "campaigns.repeat": {},
    "campaigns.delete": {},
    "campaigns.pause": {},
    "campaigns.resume": {},
    "campaigns.cancel": {},
    "campaigns.start": {},
    "campaigns.unschedule": {},
    "campaigns.send": _agreed,
    "campaigns.test": {},
    "policies.dismiss_notice": {"page": "/"},
    "policies.choose_cookies": {"page": "/", "answer": "accept"},
    "policies.choose_language": {"page": "/", "language": "pl"},
    "phone.reply": {"number": "+48601111111", "to": NUMBER, "text": "STOP"},
    "admin.suspend": {"why": "Complaints"},
    "admin.unsuspend": {},
    "admin.approve": {},
    "admin.receive": {
        "amount": "5",
        "sure": "y",
        "paid_on": "2026-03-02",
        "bank_reference": "2026/44-7",
    },
    "admin.settle": {},
    "admin.book_overpayment": {},
    "admin.cancel_top_up": {},
    "admin.refund": {"amount": "1", "reason": "Twice", "sent": "y", "reference": "ab" * 10},
    "admin.agree": {},
    "admin.refuse": {},
    "admin.withdraw": {},
    "admin.time_zone": {"timezone": "Europe/Warsaw"},
    "admin.invite_admin": {"email": "third@example.com"},
    "admin.withdraw_invitation": {"email": "new@example.com"},
    "admin.revoke_admin": {"reason": "Left the company"},
    "admin.leave": {"password": PASSWORD, "confirmed": "y"},
    "admin.adjust": {"amount": "5", "reason": "Transfer", "reference": "0123456789abcdef0123"},
    "admin.pause": {},
    "admin.resume": {},
    "admin.change_gateway": {"rate": "20", "window": "5", "connections": "2"},
    "admin.test_gateway": {"phone": "+48601222333"},
    "admin.check_gateway": {},
    "admin.add_gateway": {
        "name": "Second",
        "host": "smpp.example.com",
        "port": "2775",
        "tls": "y",
        "system_id": "us",
        "password": "secret",
        "rate": "20",
        "window": "5",
        "connections": "1",
    },
    "admin.gateway_country": {"country": "DE"},
    "admin.assign_candidate": lambda ids, _: {"keys": ids["candidate"]},
    "admin.assign": lambda ids, _: {"phone": "+48601111111", "account": ids["account"]},
    "admin.dismiss": {"reason": "A robot"},
    "admin.routes": {"name": "Winter"},
    "admin.route": {"name": "Fast", "sender_kind": "name", "sender": "Shop"},
    "admin.prices": {"country": "PL", "price": "0.05"},
    "admin.remove_price": {"country": "PL", "tier": "0"},
    "admin.price_table": lambda _things, _: {"file": (io.BytesIO(PRICES), "prices.csv")},
    "admin.import_prices": _seen,
    "admin.default_route": {},
    "admin.attach": {"gateway": "Resting"},
    "admin.arrange": {"gateway": "Simulator", "position": "2", "weight": "50", "countries": "PL"},
    "admin.detach": {"gateway": "Simulator"},
    "admin.lift_block": {},
    "admin.set_ksef_number": {"invoice": f"INV/{today():%Y}/000001", "outside": "y"},
    "admin.read_ksef_file": _ksef_table,
}
# These store nothing: previews, counts, and cookies of visitors.
STORES_NOTHING = {
    # They need a password or an authenticator app that was given before.
    *("two_factor_challenge.index", "two_factor_challenge.lost", "two_factor_challenge.remove"),
    *("two_factor.switch_on", "two_factor.switch_off", "two_factor.new_codes"),
    "admin.check_gateway",  # the simulator has no provider
    "admin.price_table",
    "billing.choose",
    "billing.confirm_company",  # no confirmation is needed here
    "campaigns.count",
    "segments.count",
    "delete_account.verify",
    "policies.dismiss_notice",
    "policies.choose_cookies",  # no cookie is optional here
    "policies.choose_language",
}


def form(endpoint: str, stage: Stage) -> Form:
    """The data of a route's form, new for every call because files can be read only once."""
    content = FORMS[endpoint]
    return dict(content(stage.ids, stage.owner) if callable(content) else content)
