"""Imports in the worker."""

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


def test_it_comes_back_for_what_is_left(
    context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 2)
    monkeypatch.setattr(import_run, "SECONDS", 0.0)
    account = db.session.get_one(Account, cast.owner.account_id)
    file = io.BytesIO(b"601234561\n601234562\n601234563\n")
    which = imports.upload(account, file, "x.csv")
    imports.start(which, which.mapping, which.has_header, Target(), Basis())
    job.run(which.id)
    assert (which.status, which.position) == (ImportStatus.QUEUED, 2)
    (waiting,) = queue.queue("work").jobs
    assert (waiting.func_name, list(waiting.args)) == ("promosms.jobs.imports.run", [which.id])
    job.run(which.id)
    job.run(which.id)
    assert (which.status, which.position) == (ImportStatus.FINISHED, 3)


def test_an_import_that_is_gone_is_no_error(context: None) -> None:
    job.run(123_456)
