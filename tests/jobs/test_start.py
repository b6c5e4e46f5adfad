"""How worker and tick start."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import update

from promosms import cli
from promosms.extensions import db
from promosms.jobs import tick, worker
from promosms.models import Gateway
from promosms.services.gateways import connection_lock, workers
from promosms.services.gateways.connection_lock import ConnectionLock


@pytest.mark.parametrize(("command", "module"), [(["worker", "work"], worker), (["tick"], tick)])
def test_worker_and_tick_have_no_pages(
    command: list[str], module: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[Flask] = []
    monkeypatch.setenv("PROMOSMS_INSTANCE", str(tmp_path))
    monkeypatch.setattr(module, "run", lambda app, *_: started.append(app))
    done = CliRunner().invoke(getattr(cli, command[0]), command[1:])
    assert done.exit_code == 0, done.output
    (app,) = started
    assert set(app.view_functions) == {"static"}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("recieve", "Error: There is no worker 'recieve'; did you mean receive?"),
        ("works", "Error: There is no worker 'works'; did you mean work?"),
        ("Mail", "Error: There is no worker 'Mail'; did you mean mail?"),
        ("gateway1", "Error: There is no worker 'gateway1'; did you mean gateway-1?"),
        (
            "tick",
            "Error: There is no worker 'tick'; "
            "there are work, receive, mail, webhooks, gateway-1 …",
        ),
    ],
)
def test_a_worker_of_another_name_is_refused_in_one_line(
    name: str, line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROMOSMS_INSTANCE", str(tmp_path))
    refused = CliRunner().invoke(cli.worker, [name])
    assert (refused.exit_code, refused.output.splitlines()) == (1, [line])


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("gateway-1", ""),
        ("gateway-1/2", ""),
        ("gateway-1:2", ""),
        ("gateway-1/3", "Simulator has 2 connections: gateway-1, gateway-1/2."),
        ("gateway-1/0", "Simulator has 2 connections: gateway-1, gateway-1/2."),
        ("gateway-7", "There is no gateway 7; `gateway list` shows all."),
        ("gateway-7777777777777777777777", "There is no worker "),
        ("gateway-", "There is no worker 'gateway-'; did you mean gateway-1?"),
    ],
)
def test_a_worker_of_a_connection_that_is_not_there_is_refused(
    name: str, problem: str, context: None
) -> None:
    db.session.execute(update(Gateway).values(connections=2))
    assert workers.why_not(name).startswith(problem)
    assert bool(workers.why_not(name)) == bool(problem)


def test_a_second_worker_of_a_connection_is_refused_in_one_line(
    app: Flask, context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_lock, "PATIENCE", 0.0)
    first = ConnectionLock(1, 1)
    first.take()
    with pytest.raises(worker.Refused, match=r"^Another process is the worker gateway-1 already"):
        worker.run(app, "gateway-1")
    first.release()


def test_workers_with_one_process_number_are_two_workers(app: Flask, context: None) -> None:
    """As in two containers, or after one was killed."""
    first, second = (worker.rq_worker("mail", None) for _ in range(2))
    first.register_birth()
    second.register_birth()
    assert first.pid == second.pid
    assert first.name != second.name
