"""The job that runs imports."""

import io

import pytest

from promosms import queue
from promosms.extensions import db
from promosms.jobs import imports as job
from promosms.models import Account, ImportStatus
from promosms.services.imports import imports
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.recipients.consent import Basis
from tests.support.cast import Cast


def test_it_enqueues_the_rest(context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_run, "BATCH", 2)
    monkeypatch.setattr(import_run, "SECONDS", 0.0)
    account = db.session.get_one(Account, cast.owner.account_id)
    file = io.BytesIO(b"601234561\n601234562\n601234563\n")
    import_ = imports.upload(account, file, "x.csv")
    imports.start(import_, import_.mapping, import_.has_header, Target(), Basis())
    job.run(import_.id)
    assert (import_.status, import_.position) == (ImportStatus.QUEUED, 2)
    (next_job,) = queue.queue("work").jobs
    assert (next_job.func_name, list(next_job.args)) == ("promosms.jobs.imports.run", [import_.id])
    job.run(import_.id)
    job.run(import_.id)
    assert (import_.status, import_.position) == (ImportStatus.FINISHED, 3)


def test_a_deleted_import_is_no_error(context: None) -> None:
    job.run(123_456)
