"""The audit log."""

import ast
import re

from flask import Flask

from promosms.extensions import db
from promosms.language import force_locale
from promosms.models import User
from promosms.services.audit import log as audit_log
from promosms.views.admin.audit_sentences import KINDS, SENTENCES
from tests.meta.sources import modules
from tests.support.cast import Cast
from tests.support.pages import PageClient


def test_it_says_who_did_what_and_why(cast: Cast, admin: PageClient) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}/suspend"
    admin.post_page(url, {"why": "Asked for it"})
    entry = admin.get_page("/admin/audit").select_one("main details")
    sentence, time = entry.select_one("summary span").get_text("\n").split("\n")[:2]
    assert sentence == "admin@example.com suspended o•••@example.com"
    assert re.search(r"^\d.* UTC · Asked for it$", time)
    facts = [fact.get_text() for fact in entry.select("dd")]
    assert facts[0] == "account.suspend"
    assert facts[2:4] == [cast.owner.account_public_id, "Asked for it"]


def test_an_account_is_named_once_in_what_its_people_did(
    app: Flask, cast: Cast, admin: PageClient
) -> None:
    with app.app_context():
        account = cast.owner.account_public_id
        for person in (cast.owner, cast.colleague, cast.stranger):
            actor = db.session.get_one(User, person.user_id).public_id
            audit_log.record(actor, "account.export", account)
    page = admin.get_page("/admin/audit")
    assert [line.own_texts()[0] for line in page.select("main summary > span")] == [
        "s•••@example.com asked for the data of o•••@example.com",
        "A member asked for the data of o•••@example.com",
        "The owner asked for the data of o•••@example.com",
    ]


def test_it_shows_a_part_and_what_was_done_to_one_account(cast: Cast, admin: PageClient) -> None:
    account = cast.owner.account_public_id
    admin.post_page(f"/admin/accounts/{account}/suspend", {"why": "Asked for it"})
    admin.post_page("/admin/gateways/Simulator/pause")
    for query, actions in {
        "": ["gateway.pause", "account.suspend"],
        "?kind=accounts": ["account.suspend"],
        "?kind=sending": ["gateway.pause"],
        "?kind=money": [],
        "?kind=nothing": ["gateway.pause", "account.suspend"],
        f"?account={account}": ["account.suspend"],
    }.items():
        page = admin.get_page(f"/admin/audit{query}")
        assert [entry.dd.get_text() for entry in page.select("details:has(dl)")] == actions, query


def test_every_action_is_a_sentence_in_both_languages(app: Flask) -> None:
    written = {
        text
        for path, module in modules().items()
        if path.startswith(("promosms/services", "promosms/cli"))
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit_log.record"
        for text in [call.args[1]]
        if isinstance(text, ast.Constant)
        for text in [text.value]
    }
    assert len(written) > 30
    assert written <= set(SENTENCES)
    assert {action.split(".")[0] for action in SENTENCES} == {
        kind for _, kinds in KINDS.values() for kind in kinds
    }
    polish = set()
    for language in ("en", "pl"):
        with app.test_request_context(), force_locale(language):
            said = {str(sentence) for sentence in SENTENCES.values()}
        assert all("%(who)s" in sentence for sentence in said)
        assert len(said) == len(SENTENCES)
        assert not said & polish
        polish = said


def test_an_empty_log_says_so(admin: PageClient) -> None:
    assert "Nothing has been done yet" in admin.get_page("/admin/audit").get_text()


def test_it_has_pages(app: Flask, admin: PageClient) -> None:
    with app.app_context():
        for n in range(53):
            audit_log.record("system", f"test.{n}.")
    page = admin.get_page("/admin/audit")
    assert len(page.select("details:has(dl)")) == 50
    link = page.select_one(".pager a")
    assert link is not None
    second = admin.get_page(str(link["href"]))
    codes = [entry.dd.get_text() for entry in second.select("details:has(dl)")]
    assert codes == ["test.2.", "test.1.", "test.0."]
