"""How worker and tick start."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from promosms import cli
from promosms.jobs import tick, worker


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
