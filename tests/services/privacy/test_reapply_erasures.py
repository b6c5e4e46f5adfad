"""After an older backup is restored, deleted accounts are erased again."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.models import Account, AccountStatus, Consent, Erasure, Recipient, User
from promosms.services.privacy import erase_recipient, erasure, erasure_journal, reapply_erasures
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from tests.support import commands, engine, postgres
from tests.support.cast import Cast
from tests.support.pages import PageClient

NUMBERS = ("+48601211101", "+48601211102")
Restore = Callable[[], None]


@pytest.fixture
def restore(app: Flask, cast: Cast, tmp_path: Path) -> Restore:
    """Makes a real backup now, and puts it back when it is called."""
    with app.app_context():
        for account_id in (cast.owner.account_id, cast.stranger.account_id):
            account = db.session.get_one(Account, account_id)
            for number in NUMBERS:
                recipients.add(account, {"phone": number}, Basis(Consent.NONE, "", None))
        db.session.remove()
        copy = _backup_sqlite if on_sqlite() else _backup_postgresql
        db.engine.dispose()
        return copy(tmp_path / "backup")


def test_an_account_of_an_older_backup_is_erased_again(
    app: Flask, cast: Cast, restore: Restore
) -> None:
    with app.app_context():
        assert erasure.begin(cast.owner.account_id, "x")
        engine.erase(cast.owner.account_id)
        db.session.remove()
        restore()
        account = db.session.get_one(Account, cast.owner.account_id)
        assert account.status == AccountStatus.ACTIVE, "the backup does not bring it back"
        assert reapply_erasures.begin() == (1, 0, 0)
        assert reapply_erasures.begin() == (0, 0, 0)
        engine.erase(cast.owner.account_id)
        remaining = select(func.count()).select_from(Recipient)
        assert db.session.scalar(remaining) == len(NUMBERS)
        assert db.session.scalars(select(Erasure.finished_at)).one()


def test_a_person_of_an_older_backup_is_erased_again_and_nobody_else(
    app: Flask, cast: Cast, restore: Restore
) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        recipient = recipients.by_phone(account.id, NUMBERS[0])
        assert recipient
        erase_recipient.erase(account, recipient, "x")
        db.session.remove()
        restore()
        assert recipients.by_phone(cast.owner.account_id, NUMBERS[0])
        assert reapply_erasures.begin() == (0, 1, 0)
        assert reapply_erasures.begin() == (0, 0, 0)
        left = select(Recipient.account_id, Recipient.phone).order_by(Recipient.id)
        assert db.session.execute(left).all() == [
            (cast.owner.account_id, NUMBERS[1]),
            (cast.stranger.account_id, NUMBERS[0]),
            (cast.stranger.account_id, NUMBERS[1]),
        ]


def test_the_command_repeats_and_waits(app: Flask, cast: Cast, restore: Restore) -> None:
    with app.app_context():
        erasure.begin(cast.owner.account_id, "x")
        engine.erase(cast.owner.account_id)
        db.session.remove()
        restore()
        db.session.remove()
    answer = commands.run(app, "privacy", "reapply")
    assert (answer.exit_code, answer.output) == (0, "Accounts erased again: 1, recipients: 0.\n")
    with app.app_context():
        assert db.session.get(User, cast.colleague.user_id) is None
        assert db.session.get(User, cast.stranger.user_id)


def test_the_journal_is_written_before_the_first_row_is_deleted(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        raise OSError("killed")

    monkeypatch.setattr("promosms.services.privacy.erase_rows.delete_rows", fail)
    with app.app_context():
        erasure.begin(cast.owner.account_id, "x")
        for _ in range(2):
            with pytest.raises(OSError, match="killed"):
                erasure.erase(cast.owner.account_id)
        names = [row.name for row in erasure_journal.rows()]
        assert names == [cast.owner.account_public_id]
        assert "@" not in erasure_journal.file().read_text()


def test_a_torn_line_of_the_journal_is_left_out(app: Flask, cast: Cast) -> None:
    with app.app_context():
        erasure_journal.note(erasure_journal.Kind.ACCOUNT, [cast.owner.account_public_id])
        with erasure_journal.file().open("a") as file:
            file.write("2026-11-22T10:00:00+00:00 acc")
        assert len(erasure_journal.rows()) == 1


def test_the_certificate_is_checked_by_a_command(
    app: Flask, cast: Cast, owner: PageClient, tmp_path: Path
) -> None:
    link = owner.send("/settings/leave", {"password": "four quiet words at sea", "confirmed": "y"})
    with app.app_context():
        engine.erase(cast.owner.account_id)
    file = tmp_path / "certificate.json"
    file.write_bytes(owner.get(f"{link.location}/certificate.json").data)
    answer = commands.run(app, "privacy", "verify", str(file))
    assert answer.exit_code == 0
    assert answer.output.startswith(f"Genuine: account {cast.owner.account_public_id}")
    file.write_bytes(file.read_bytes().replace(b'"users": 3', b'"users": 4'))
    assert commands.run(app, "privacy", "verify", str(file)).exit_code == 1


def _backup_sqlite(copy: Path) -> Restore:
    path = Path(str(db.engine.url.database))
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()
    shutil.copy(path, copy)

    def restore() -> None:
        db.engine.dispose()
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        shutil.copy(copy, path)

    return restore


def _backup_postgresql(copy: Path) -> Restore:
    """By the tools of PostgreSQL, as docs/operations.md says."""
    tools = Path(postgres.package("._commands").POSTGRES_BIN_PATH)
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([tools / "pg_dump", "-Fc", "-f", copy, url], check=True)

    def restore() -> None:
        db.session.remove()
        db.engine.dispose()
        subprocess.run(
            [tools / "pg_restore", "--clean", "--if-exists", "-d", url, copy], check=True
        )

    return restore
