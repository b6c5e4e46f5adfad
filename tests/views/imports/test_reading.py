"""A file whose letters can be read in several ways: it asks, and reads it as was chosen."""

from pathlib import Path

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import Import, Recipient
from promosms.services.imports import imports
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.recipients.consent import Basis
from tests.support.pages import PageClient
from tests.views.imports.test_upload import START, address, upload

FILE = "Telefon;Imię;x\n601234567;Łucja;Canary\n602345678;Wójcik;x\n".encode()
BAD = FILE + "603456789;Śliwa;x\n".encode("cp1250")


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8/cp1250", "Śliwa"), ("utf-8/ignore", "liwa")]
)
def test_it_asks_first_and_then_reads_as_was_chosen(
    owner: PageClient, app: Flask, encoding: str, name: str
) -> None:
    page = upload(owner, BAD)
    assert "Which of these reads right?" in page.get_text()
    assert {"Śliwa", "liwa"} <= set(page.select_one("main form").get_text("\n").split("\n"))
    assert not page.select("[name=column]")
    folders = [Path(app.instance_path, name) for name in ("uploads", "undecided_uploads")]
    assert [len(list(folder.iterdir())) for folder in folders] == [1, 1]
    url = address(page)
    page = owner.post_page(url, {"encoding": "cp037"})
    assert "Which of these reads right?" in page.get_text()
    owner.post_page(url, {**START, "column": ["phone", "first_name", ""]})
    page = owner.post_page(url, {"encoding": encoding})
    assert "What do the columns mean?" in page.get_text()
    assert name in page.get_text()
    assert [len(list(folder.iterdir())) for folder in folders] == [1, 0]
    owner.post_page(url, {**START, "column": ["phone", "first_name", ""]})
    with app.app_context():
        import_ = db.session.query(Import).one()
        assert import_.encoding == encoding
        while import_run.work(import_.id):
            pass
        assert {row.first_name for row in db.session.query(Recipient)} == {"Łucja", "Wójcik", name}
    assert [list(folder.iterdir()) for folder in folders] == [[], []]


def test_a_doubtful_file_does_not_start_and_leaves_nothing(owner: PageClient, app: Flask) -> None:
    url = address(upload(owner, "Telefon;Miasto\n601234567;Poznań\n".encode("cp1250")))
    with app.app_context():
        import_ = db.session.query(Import).one()
        assert imports.start(import_, ["phone", ""], True, Target(), Basis()) is False
    assert "Poznań" in owner.get_page(url).get_text()
    owner.post_page(url + "/cancel")
    for name in ("uploads", "undecided_uploads"):
        assert list(Path(app.instance_path, name).iterdir()) == []


def test_a_title_above_the_heads_is_left_out_in_every_reading(owner: PageClient) -> None:
    url = address(upload(owner, b"Lista;;\n\n" + BAD))
    page = owner.post_page(url, {"encoding": "utf-8/cp1250"})
    assert "What stands above row 3 is left out." in page.get_text()


def test_it_refuses_strangers(owner: PageClient, stranger: PageClient) -> None:
    url = address(upload(owner, BAD))
    assert stranger.send(url, {"encoding": "utf-8/cp1250"}).status_code == 404
