"""Every route in every role, with both methods: who may open it, and who may change data."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Act, Role, Session, User
from promosms.services.auth.rights import Right
from promosms.views.colleagues.act_sentences import FORMS as FORM_SENTENCES
from promosms.views.colleagues.act_sentences import PROGRAMS
from promosms.web.access import Access, Mark, access_of, is_act, roles_of
from tests.meta.filled_forms import STORES_NOTHING
from tests.meta.route_arguments import ARGUMENTS
from tests.meta.routes import IGNORED, PROVIDERS, for_programs, path, routes
from tests.meta.sources import PACKAGE
from tests.meta.stage import FORMS, Stage, form
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient
from tests.support.phone import open_phone

VISITOR = "visitor"
PEOPLE = {
    VISITOR: None,
    "stranger": Role.OWNER,
    "viewer": Role.VIEWER,
    "colleague": Role.MEMBER,
    "owner": Role.OWNER,
    "admin": Role.ADMIN,
}
WITH_MORE_AND_MORE = (VISITOR, "viewer", "colleague", "owner", "admin")
# The only public routes; all others need a signed-in user.
PUBLIC = {
    "static",
    *("auth.register", "auth.confirm", "auth.sign_in", "auth.forgotten", "auth.reset", "auth.join"),
    "joining_colleagues.join",
    *("policies.home", "policies.privacy", "policies.cookies", "policies.terms"),
    *("policies.kept", "policies.versions", "policies.old_version", "policies.choose_cookies"),
    *("policies.dismiss_notice", "policies.choose_language"),
    *("two_factor_challenge.index", "two_factor_challenge.lost", "two_factor_challenge.remove"),
    *(
        "email_and_phone.confirm_email",
        "email_and_phone.undo",
        "email_and_phone.confirm_phone",
    ),
    "email_and_phone.keep_two_factor",
    *("joining.index", "joining.code", "joining.again", "joining.done"),
    *("links.follow", "links.opt_out"),
    *(
        "delete_account.ask",
        "delete_account.by_link",
        "delete_account.gone",
        "delete_account.progress",
        "delete_account.certificate",
    ),
    *("delete_account.registration_gone", "delete_account.verify", "delete_account.key"),
    *("security.page", "security.tls", "security.text", "prices.index"),
    *("help.index", "help.topic"),
    *("api_documents.index", "api_documents.operations", "api_documents.topic"),
    *("api_documents.errors", "api_documents.document"),
    *("api_documents.promosms", "api_documents.webhooks"),
    *("api_documents.recipes", "api_documents.workflow"),
    # These only on the same machine, with the link that the start prints.
    *("phone.index", "phone.live", "phone.open_phone", "phone.reply"),
    "proof.challenge",
    "design.index",
    *PROVIDERS,
}


WITHOUT_TOKEN = {"links.opt_out"}
"""Whoever opens it has no session: the code in its address is the secret."""


def browser(cast: Cast, app: Flask, name: str) -> PageClient:
    client: PageClient = PageClient(app) if name == VISITOR else getattr(cast, name).browser()
    return open_phone(client)


def declared_access(app: Flask, endpoint: str, method: str = "GET") -> Mark:
    with app.app_context():
        access = access_of(endpoint, method)
    assert access is not None, f"no access is declared for {endpoint}"
    return access


def allowed(access: Mark, name: str) -> bool:
    return access is Access.PUBLIC or (name != VISITOR and PEOPLE[name] in roles_of(access))


def least(access: Mark) -> str:
    """Who has the least rights of those that must be let in, and something of their own."""
    if access in (Access.SIGNED_IN, Access.OF_ACCOUNT):
        return "colleague"
    return next(name for name in WITH_MORE_AND_MORE if allowed(access, name))


def asks_to_sign_in(response: TestResponse) -> bool:
    return response.status_code == 302 and "/login?next=" in (response.location or "")


def check_refusal(response: TestResponse, access: Mark, name: str, method: str) -> None:
    """Refused correctly: visitors may sign in, users learn nothing."""
    if name == VISITOR:
        assert asks_to_sign_in(response) if method == "GET" else response.status_code == 401
    elif access is Access.ADMIN:
        assert response.status_code == 404
    else:
        assert response.status_code == 403


def test_every_route_declares_its_access(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        declared_access(app, rule.endpoint)
        assert (rule.methods or set()) - IGNORED <= {"GET", "POST"}, rule.endpoint


def test_only_listed_routes_are_public_and_admin_routes_need_an_admin(app: Flask) -> None:
    marks = {
        rule.endpoint: declared_access(app, rule.endpoint) for rule in app.url_map.iter_rules()
    }
    assert {name for name, access in marks.items() if access is Access.PUBLIC} == PUBLIC
    for name, access in marks.items():
        assert (access is Access.ADMIN) == name.startswith("admin."), name


def test_every_listed_route_exists(app: Flask) -> None:
    with_argument = {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments}
    programs = {name for name in with_argument if for_programs(app, name)}
    assert with_argument - PROVIDERS - programs == set(ARGUMENTS)
    assert {rule.endpoint for rule in routes(app, "POST")} == set(FORMS)


@pytest.mark.parametrize("name", PEOPLE)
def test_pages_open_only_for_permitted_roles_and_change_nothing(
    stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch).stop()  # after a minute a session is written again
    client = browser(stage.cast, stage.app, name)
    every = list(routes(stage.app, "GET"))
    for rule in every:
        if rule.endpoint in READ_BY_OPENING:
            client.get(path(stage, rule)).close()
    before = stage.rows()
    for rule in every:
        access = declared_access(stage.app, rule.endpoint)
        address = path(stage, rule)
        response = client.get(address)
        if not allowed(access, name):
            check_refusal(response, access, name, "GET")
        elif name == "stranger" and isinstance(access, Right) and rule.arguments:
            assert response.status_code == 404, address
        else:
            assert response.status_code < 400, f"{address}: {response.status}"
            assert not asks_to_sign_in(response), address
        response.close()
    assert stage.rows() == before


# Opening a conversation marks its replies as read; then opening it changes nothing more.
READ_BY_OPENING = {"inbox.conversation", "recipients.person"}
# What moves money, prices, routes and gateways, takes personal data away, changes how one signs in
# or ends other sessions: a session that was left open or stolen is not enough.
ASKED_AGAIN = {
    *("admin.adjust", "admin.agree", "admin.approve", "admin.receive", "admin.settle"),
    *("admin.book_overpayment", "admin.refund", "admin.invoices_zip", "admin.revoke_admin"),
    *("admin.prices", "admin.price_table", "admin.import_prices", "admin.remove_price"),
    *("admin.set_ksef_number", "admin.read_ksef_file"),
    *("admin.route", "admin.routes", "admin.arrange", "admin.attach", "admin.detach"),
    *("admin.default_route", "admin.change_gateway", "admin.gateway_country"),
    *("admin.pause", "admin.resume", "admin.invite_admin", "admin.connect_gateway"),
    *("admin.approve_sender", "admin.refuse_sender", "admin.revoke_sender"),
    *("billing.automatic", "billing.automatic_card", "data.export", "data.download"),
    *("downloads.recipients", "downloads.opt_outs", "downloads.consents"),
    *("workbooks.start", "workbooks.download"),
    *("campaigns.download", "imports.refused"),
    *("settings.end_session", "settings.end_others", "email_and_phone.email"),
    *("colleagues.invite", "colleagues.again", "colleagues.change", "colleagues.remove"),
    *("email_and_phone.phone", "two_factor.switch_on", "two_factor.switch_off"),
    *("two_factor.new_codes", "api_keys.new", "api_keys.replace", "api_keys.revoke"),
    *("webhook_endpoints.new", "webhook_endpoints.change", "webhook_endpoints.secret"),
    *("webhook_endpoints.rotate", "webhook_endpoints.end_old"),
}
READ = {"admin.prices", "admin.price_table", "admin.route", "admin.routes", "billing.automatic"}
NOT_ASKED = {
    "admin.refuse": "nothing is booked",
    "admin.withdraw": "nothing is booked",
    "admin.cancel_top_up": "an order without payments",
    "admin.suspend": "stops sending at once: haste matters",
    "admin.unsuspend": "undoes it",
    "admin.lift_block": "limits against pumping stay",
    "admin.check_gateway": "one connection with what is stored",
    "admin.test_gateway": "one text to a number of the admin's choice",
    "admin.assign": "a STOP: haste matters",
    "admin.assign_candidate": "a STOP: haste matters",
    "admin.dismiss": "with a reason, in the audit log",
    "admin.withdraw_invitation": "takes a right away before it is given",
    "admin.time_zone": "how times are shown to this admin",
    "admin.leave": "asks for the password itself",
}


def test_dangerous_actions_ask_again_who_is_there(stage: Stage) -> None:
    clients = {name: browser(stage.cast, stage.app, name) for name in ("owner", "admin")}
    with stage.app.app_context(), transaction() as session:
        session.execute(update(Session).values(confirmed_at=None))
    # Who opens a conversation for the first time has read its replies.
    clients["owner"].get(f"/recipients/{stage.ids['recipient']}").close()
    before, asking = stage.rows(), set()
    for method in ("GET", "POST"):
        for rule in routes(stage.app, method):
            access = declared_access(stage.app, rule.endpoint)
            if access is Access.PUBLIC:
                continue
            client = clients["admin" if access is Access.ADMIN else "owner"]
            if method == "POST" and rule.endpoint in ASKED_AGAIN:
                response = client.send(path(stage, rule), form(rule.endpoint, stage))
            elif method == "GET":
                response = client.get(path(stage, rule))
            else:
                continue
            if "/confirm" in (response.location or ""):
                asking.add((rule.endpoint, method))
            response.close()
    assert {endpoint for endpoint, _ in asking} == ASKED_AGAIN
    assert not {(endpoint, "GET") for endpoint in READ} & asking
    assert stage.rows() == before


def test_every_action_of_an_admin_asks_again_or_says_why_not(app: Flask) -> None:
    actions = {rule.endpoint for rule in routes(app, "POST") if rule.endpoint.startswith("admin.")}
    assert actions - ASKED_AGAIN == set(NOT_ASKED)


# Numbers that no column holds: beyond 64 bits, and beyond the exponent of a decimal.
HOSTILE = ("9223372036854775808", "-" + "9" * 30, "1e999")
# Every name that a view reads from its address.
NAMES = {
    name
    for file in (PACKAGE / "views").rglob("*.py")
    for name in re.findall(r'args\.get\(\s*"(\w+)"', file.read_text())
} | {"from", "to"}


@pytest.mark.parametrize("value", HOSTILE, ids=["long", "negative", "exponent"])
def test_no_page_fails_at_a_hostile_address(stage: Stage, value: str) -> None:
    assert {"before", "after", "year", "month"} <= NAMES
    clients = {name: browser(stage.cast, stage.app, name) for name in ("owner", "admin")}
    query = "&".join(f"{name}={value}" for name in sorted(NAMES))
    for rule in routes(stage.app, "GET"):
        client = clients["admin" if rule.endpoint.startswith("admin.") else "owner"]
        response = client.get(f"{path(stage, rule)}?{query}")
        assert response.status_code < 500, rule.endpoint
        response.close()


def test_a_path_with_nul_is_not_found(stage: Stage) -> None:
    client = browser(stage.cast, stage.app, "owner")
    for rule in routes(stage.app, "GET"):
        if rule.endpoint != "static" and rule.arguments:
            response = client.get(path(stage, rule, "\0"))
            assert response.status_code == 404, rule.endpoint
            response.close()
    assert client.get("/campaigns%00").status_code == 404


def test_forms_are_refused_without_the_right_or_the_token(stage: Stage) -> None:
    clients = {name: browser(stage.cast, stage.app, name) for name in PEOPLE}
    for client in clients.values():
        client.get("/privacy")  # starts a session; its token is not sent
    before = stage.rows()
    for rule in routes(stage.app, "POST"):
        address, access = path(stage, rule), declared_access(stage.app, rule.endpoint, "POST")
        for name, client in clients.items():
            if not allowed(access, name):
                response = client.send(address, form(rule.endpoint, stage))
                check_refusal(response, access, name, "POST")
        if rule.endpoint in WITHOUT_TOKEN:
            continue
        response = clients[least(access)].post(address, data=form(rule.endpoint, stage))
        assert response.status_code in (200, 400, 422), f"{rule.endpoint}: {response.status}"
    after = stage.rows()
    assert {name: after[name] for name in after if after[name] != before[name]} == {}


@pytest.mark.parametrize("endpoint", FORMS)
def test_forms_work_with_the_right_and_the_token(stage: Stage, endpoint: str) -> None:
    (rule,) = (rule for rule in routes(stage.app, "POST") if rule.endpoint == endpoint)
    client = browser(stage.cast, stage.app, least(declared_access(stage.app, endpoint, "POST")))
    if endpoint == "auth.choose_password":
        must_choose(stage)
    before = stage.rows()
    response = client.send(path(stage, rule), form(endpoint, stage))
    assert response.status_code in (200, 302, 303), response.status
    after = stage.rows()
    assert (after != before) != (endpoint in STORES_NOTHING)
    noted = after["acts"] != before["acts"]
    with stage.app.app_context():
        assert noted == (is_act(endpoint) and endpoint not in STORES_NOTHING)
        last = db.session.scalars(select(Act).order_by(Act.id.desc()).limit(1)).first()
        if noted and last is not None:
            person = getattr(stage.cast, least(declared_access(stage.app, endpoint, "POST")))
            actor = db.session.get_one(User, person.user_id).public_id
            assert (last.actor, last.what) == (actor, endpoint)


def test_every_act_is_a_sentence(app: Flask) -> None:
    forms = {rule.endpoint for rule in routes(app, "POST")}
    with app.app_context():
        assert {endpoint for endpoint in forms if is_act(endpoint)} == set(FORM_SENTENCES)
        of_programs = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
        of_programs = {name for name in of_programs if for_programs(app, name) and is_act(name)}
        assert of_programs == set(PROGRAMS)


def must_choose(stage: Stage) -> None:
    with stage.app.app_context(), transaction() as session:
        session.get_one(User, stage.cast.colleague.user_id).must_choose_password = True
