"""Every table and every field of a recipient appears wherever it must, from its model alone."""

import ast
import csv
import inspect
import io
import json
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Column, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import nightly, sweep
from promosms.language import gettext
from promosms.lib import formulas
from promosms.models import (
    FIELDS,
    TOPICS,
    WORDS,
    Account,
    Export,
    Field,
    LedgerTotal,
    Model,
    NotExported,
    NotPersonal,
    Privacy,
    Recipient,
    Retention,
    User,
    models,
    row_security,
    table_of,
)
from promosms.models.processing import entries
from promosms.services.imports import columns
from promosms.services.privacy import erase_recipient, export_tables, processing, retention
from promosms.services.privacy import export as account_export
from promosms.services.privacy.account_scope import PERSONAL, tables
from promosms.settings import Settings
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

PHONE = "+48601234567"
TABLES = pytest.mark.parametrize("model", models().values(), ids=models())
EACH_FIELD = pytest.mark.parametrize("field", FIELDS, ids=[field.name for field in FIELDS])
# Columns of a recipient that are not fields: the application fills them.
OTHERS = {
    *("id", "public_id", "account_id", "country", "consent", "consent_id"),
    *("search", "import_id", "last_import_id", "created_at", "updated_at"),
}


@TABLES
def test_every_model_declares_privacy_export_and_retention(model: type[Model]) -> None:
    attributes = vars(model)
    assert isinstance(attributes.get("privacy"), Privacy)
    assert isinstance(attributes.get("export"), Export | tuple | NotExported)
    assert isinstance(attributes.get("retention"), Retention)


@TABLES
def test_every_model_says_what_the_privacy_page_says_of_it(
    model: type[Model], context: None
) -> None:
    said = vars(model).get("processing")
    if isinstance(said, NotPersonal):
        assert said.why
        assert model.privacy is Privacy.SYSTEM or model is LedgerTotal
        return
    assert said, "say with `processing` what it holds about people, or that it is about nobody"
    for entry in entries(model.processing):
        assert entry.topic in TOPICS
        assert entry.holds
        assert processing.how_long(model, entry), "the page does not say how long"
        if entry.kept:
            _check_deletion(entry.kept)
    assert any(not entry.kept for entry in entries(model.processing))


@pytest.mark.parametrize("language", Settings().languages)
def test_the_privacy_page_says_it_of_every_table(visitor: PageClient, language: str) -> None:
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    shown = words(visitor.get_page("/privacy").get_text(" "))
    with visitor.application.test_request_context(headers={"Accept-Language": language}):
        sections = processing.sections()
        assert len(sections) == len(TOPICS)
        for topic in TOPICS:
            for said in (topic.title, topic.people, topic.purpose, topic.seen_by, *topic.bases):
                assert gettext(said) in shown
        for section in sections:
            assert section.kept, section.title
        for model in models().values():
            for entry in entries(model.processing):
                assert gettext(entry.holds) in shown
                assert words(processing.how_long(model, entry)) in shown


@TABLES
def test_a_table_with_personal_data_belongs_to_an_account(model: type[Model]) -> None:
    if model.privacy in PERSONAL:
        assert model.of_account(1) is not None
        assert row_security.rule(table_of(model)), "row security does not know the way"
        assert model is Account or table_of(model) in tables(), "erasure does not empty it"
        columns = table_of(model).columns
        way = columns.get("account_id", columns.get("user_id"))
        # Every row needs an account, except those of admins.
        assert "of_account" in vars(model) or model is User or not (way is None or way.nullable)


@TABLES
def test_rows_of_an_account_are_exported_or_the_model_says_why_not(model: type[Model]) -> None:
    if isinstance(model.export, NotExported):
        assert model.export.why
        if model.privacy in PERSONAL:
            assert export_tables.left_out()[model.__tablename__]
        return
    for part in export_tables.parts():
        if part.model is model:
            names = {column.name for column in part.columns}
            assert all(part.export.without.values()), "a column is left out without a reason"
            assert set(part.export.without) <= set(part.table.columns.keys())
            assert set(part.words) == names
            assert all(part.words.values())
            assert part.money <= names
            assert not any(_internal_id(column) for column in part.columns)
            assert not part.export.parent or part.parent is not None


def _internal_id(column: Column[object]) -> bool:
    return bool(column.foreign_keys) and column.name not in export_tables.references()


def test_every_file_of_the_export_has_a_unique_name_and_position() -> None:
    files = [part.file for part in export_tables.parts()]
    assert len(files) == len(set(files))
    assert set(export_tables.ORDER) <= {*files, *export_tables.left_out()}
    used = {column.name for part in export_tables.parts() for column in part.columns}
    assert set(WORDS) <= used


@TABLES
def test_every_retention_time_has_a_job_that_deletes(model: type[Model]) -> None:
    _check_deletion(model.retention)


def _check_deletion(kept: Retention) -> None:
    assert kept.until
    assert not kept.by or kept.by in _deletion_jobs(), "nothing of this name deletes"
    timed = kept.limit < kept.limit.max or kept.setting or kept.without_account < kept.limit.max
    assert not timed or kept.by, "it has a time, and nothing that deletes it then"
    holder, _dot, column = kept.setting.partition(".")
    assert not kept.setting or (
        hasattr(Account, column) if column else hasattr(Settings, holder.lower())
    )


def _deletion_jobs() -> set[str]:
    """The retention rules, the nightly jobs, and the functions that the sweep calls."""
    calls = ast.walk(ast.parse(inspect.getsource(sweep.run)))
    duties = {ast.unparse(node.func) for node in calls if isinstance(node, ast.Call)}
    return {*(rule.name for rule in retention.RULES), *nightly.NIGHTLY, *duties}


def test_every_rule_is_named_by_a_model_or_is_about_files(context: None) -> None:
    for rule in retention.RULES:
        assert bool(retention.of_rule(rule.name)) != bool(rule.elsewhere), rule.name
    shown = dict(retention.rows())
    described = {model.retention.what for model in models().values() if model.retention.what}
    assert described <= set(shown), "a line of the policy page is missing"


def test_every_column_of_a_recipient_is_a_field_or_named_here() -> None:
    assert {field.name for field in FIELDS} | OTHERS == set(table_of(Recipient).columns.keys())
    assert FIELDS[0].name == "phone"


def value(field: Field) -> str:
    """The value that is typed into a field."""
    own = {"phone": PHONE, "email": "canary@example.com", "birthday": "1990-05-17"}
    return own.get(field.name, f"Qz{field.name}")


@pytest.fixture
def typed(owner: PageClient) -> None:
    """A recipient with a value in every field of the form."""
    page = owner.get_page("/recipients/add")
    names = {str(tag["name"]) for tag in page.select("main input[name], main textarea[name]")}
    data = {field.name: value(field) for field in FIELDS if field.name in names}
    owner.post_page("/recipients/add", {**data, "consent": "none"})


@EACH_FIELD
def test_a_field_can_be_typed_in_and_is_stored(field: Field, typed: None, app: Flask) -> None:
    with app.app_context():
        assert getattr(_stored(), field.name) == value(field), "it is not on the form"


@EACH_FIELD
def test_a_field_is_recognised_by_column_headings(field: Field, owner: PageClient) -> None:
    assert field.heads
    for head in field.heads.split():
        rows = [(1, [head, "telefon"]), (2, [value(field), PHONE])]
        if field.name != "phone":
            assert columns.guess(rows, "PL", {})[0] == [field.name, "phone"], head
    page = owner.post_page("/imports/new", {"file": (io.BytesIO(PHONE.encode()), "a.csv")})
    assert page.select_one(f'select[name=column] option[value="{field.name}"]')


@EACH_FIELD
def test_a_field_is_a_placeholder(field: Field, owner: PageClient) -> None:
    page = owner.get_page("/campaigns/new")
    placeholders = [str(tag["data-insert"]) for tag in page.select("[data-insert]")]
    assert any(text.strip("{}").split("|")[0] == field.name for text in placeholders)


@EACH_FIELD
def test_the_search_box_finds_searched_fields(field: Field, typed: None, owner: PageClient) -> None:
    page = owner.get_page(f"/recipients?q={value(field).lstrip('+')}")
    listed = bool(page.select_one("main input[name=recipient]"))
    assert listed == (field.searched or field.name == "phone")


def test_every_field_is_in_both_exports(
    typed: None, owner: PageClient, app: Flask, cast: Cast
) -> None:
    text = owner.get("/recipients/download?form=commas").text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    for field in FIELDS:
        assert formulas.escaped(value(field)) in row.values(), field.name
    with app.app_context():
        export = account_export.start(db.session.get_one(Account, cast.owner.account_id), "test")
        account_export.work(export.id)
        archive = zipfile.ZipFile(account_export.file(export))
        (stored,) = json.loads(archive.read("recipients.json"))
        readme = archive.read("README.txt").decode("utf-8-sig")
        for field in FIELDS:
            assert stored[field.name] == value(field), field.name
            assert f"  {field.name}: {field.words}" in readme


@EACH_FIELD
def test_the_policy_page_names_its_kind(field: Field, visitor: PageClient) -> None:
    text = words(visitor.get_page("/privacy").get_text(" "))
    if field.name != "phone" and not field.free:  # the number is a promise; five fields are free
        assert field.kind, "say what kind of data it is"
        assert f"{field.kind}," in text.partition("You may add:")[2].partition(".")[0]
    assert ("five fields of your own" in text) == (sum(row.free for row in FIELDS) == 5)


def test_nothing_of_a_field_is_left_when_the_person_is_erased(
    typed: None, app: Flask, cast: Cast, settle: Callable[..., None]
) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        erase_recipient.erase(account, _stored(), "test")
        with transaction() as session:
            assert session.scalar(select(Recipient.id)) is None


def _stored() -> Recipient:
    return db.session.scalars(select(Recipient)).one()
