"""Commands that are written wrongly or cannot work: one line on standard error, no traceback."""

import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from promosms import __main__ as program
from promosms import cli
from promosms.supervisor import checks, forks
from promosms.supervisor.checks import StartError

Patch = pytest.MonkeyPatch
Run = Callable[..., tuple[int, str]]
WORD = "geheim7Q"
ALL: list[tuple[str, ...]] = [
    path
    for command in cli.COMMANDS
    for path in (
        [(str(command.name), sub) for sub in command.commands]
        if isinstance(command, click.Group)
        else [(str(command.name),)]
    )
]
NOTHING_STANDS = "postgresql://u:geheim7Q@127.0.0.1:1/none"
WITHOUT_DATABASE = [
    ("invite-admin",),
    ("gateway", "add", "One", "smsapi", f"token={WORD}"),
    ("ledger", "audit"),
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in a folder of its own; exit code and what it said on standard error."""
    monkeypatch.setenv("PROMOSMS_INSTANCE", str(tmp_path))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(forks, "apart", lambda work: work())  # this process may have threads

    def run(*words: str, **environment: str) -> tuple[int, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["promosms", *words])
        with pytest.raises(SystemExit) as ended:
            program.main()
        said = capsys.readouterr().err
        assert WORD not in said
        return int(str(ended.value.code)), said

    return run


def one_line(said: str) -> str:
    """The only line, without its mark."""
    assert said.startswith("Error: "), said
    assert said.count("\n") == 1, said
    return said.removeprefix("Error: ").rstrip("\n")


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_an_unknown_switch_of_any_command_is_one_line(run: Run, path: tuple[str, ...]) -> None:
    code, said = run(*path, f"--nosuch={WORD}")
    assert code == 2
    assert one_line(said) == (
        f"No such option '--nosuch'. See: scripts/run {' '.join(path)} --help"
    )


@pytest.mark.parametrize("path", [path for path in ALL if len(path) > 1], ids=" ".join)
def test_a_misspelt_command_names_the_near_one(run: Run, path: tuple[str, ...]) -> None:
    code, said = run(path[0], path[1][:-1])
    assert (code, "Did you mean" in one_line(said)) == (2, True)
    code, said = run(path[0] + "s", path[1])
    assert (code, "Did you mean" in one_line(said)) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("up --prot 3", "'--port'"),
        ("up --port 0", "--port"),
        ("up --port 65536", "--port"),
        ("up --port -1", "--port"),
        ("up --port abc", "--port"),
        ("up --http-port 65536", "--http-port"),
        ("up --http-port -1", "--http-port"),
        ("up --port 8443 --http-port 8443", "--port and --http-port must differ"),
        ("up extra", "unexpected extra argument"),
        ("confg-check", "Did you mean 'config-check'?"),
        ("db upgrad", "Did you mean 'upgrade'?"),
        ("--debug", "No such option"),
        ("gateway add", "Missing argument 'NAME'"),
        ("gateway add One", "Missing argument 'KIND'"),
        ("reset-totp", "Missing argument 'EMAIL'"),
        ("admin revoke a@example.com", "Missing option '--reason'"),
        ("privacy verify /nowhere", "does not exist"),
        ("privacy verify /", "is a directory"),
    ],
)
def test_a_wrong_command_line_is_one_line_with_code_2(run: Run, words: str, said: str) -> None:
    code, found = run(*words.split())
    assert code == 2
    assert said in one_line(found)
    assert " See: scripts/run" in found


@pytest.mark.parametrize("words", WITHOUT_DATABASE, ids=lambda words: " ".join(words[:2]))
def test_a_database_that_does_not_answer_is_one_line(run: Run, words: tuple[str, ...]) -> None:
    code, said = run(*words, DATABASE_URL=NOTHING_STANDS)
    assert code == 1
    assert one_line(said).startswith("The database does not answer: ")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/at/all.sqlite3", "unable to open database file"),
        ("sqlite:////{folder}/broken.sqlite3", "file is not a database"),
        ("sqlite:////{folder}/empty.sqlite3", "run scripts/run migrate first."),
        ("mysql://u:geheim7Q@db/sms", "must begin with postgresql://"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(
    run: Run, tmp_path: Path, url: str, said: str
) -> None:
    (tmp_path / "broken.sqlite3").write_bytes(b"no database at all" * 100)
    (tmp_path / "empty.sqlite3").touch()
    code, found = run("invite-admin", DATABASE_URL=url.format(folder=tmp_path))
    assert code == 1
    assert said in one_line(found)


def test_redis_that_does_not_answer_is_one_line(run: Run, tmp_path: Path) -> None:
    code, said = run(
        "config-check",
        DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3",
        REDIS_URL=f"redis://:{WORD}@127.0.0.1:1",
    )
    assert (code, one_line(said)) == (1, "Redis does not answer. Check REDIS_URL.")


@pytest.mark.parametrize("words", ["--help", "up", "migrate", "worker work", "tick", "admin list"])
def test_a_wrong_setting_is_one_line_for_every_command(run: Run, words: str) -> None:
    if words == "--help":  # which needs no settings
        assert run(words, PROMOSMS_SESION_HOURS=WORD) == (0, "")
        return
    code, said = run(*words.split(), PROMOSMS_SESION_HOURS=WORD)
    assert code == 1
    assert one_line(said).startswith("PROMOSMS_SESION_HOURS is no setting; did you mean ")


def test_a_database_of_a_newer_version_is_one_line(run: Run, tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "newer.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        database.execute("INSERT INTO alembic_version VALUES ('9999_from_the_future')")
    code, said = run("migrate", DATABASE_URL=f"sqlite:///{file}")
    assert code == 1
    assert one_line(said).startswith("The database is of another version of PromoSMS")


@pytest.mark.parametrize("host", ["", " ", "nowhere.invalid", "a..b", "192.0.2.1", "2001:db8::1"])
def test_an_address_that_is_not_ours_is_refused(host: str) -> None:
    with pytest.raises(StartError, match="--host"):
        checks.bindings(host, 8443, "--port")
