"""`promosms up`: one command starts everything, and no process is left when it ends."""

import socket
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import psutil

from tests.running.installation import Installation, wait_for

DEVNULL = Path("/dev/null")


def test_it_starts_responds_restarts_workers_and_ends(installation: Installation) -> None:
    installation.command("migrate")
    with closing(sqlite3.connect(installation.folder / "promosms.sqlite3")) as database:
        database.execute("UPDATE gateways SET connections = 2")
        database.commit()
    printed = installation.start()
    assert f"https://localhost:{installation.port}/" in printed
    assert printed.count("/admin/join/") == 1
    status, _, page = installation.get("/privacy")
    assert status == 200
    assert "<h1" in page
    assert_http_redirects(installation)
    assert_the_printed_link_opens_the_phone(installation)
    assert_a_second_one_is_refused(installation)
    assert_private(installation)
    assert_the_supervisor_may_fork(installation)
    assert_a_dead_worker_is_restarted(installation)
    assert_both_connections_are_open(installation)
    assert len(installation.family()) >= 9
    assert_it_starts_again_after_it_was_killed(installation)
    family = installation.family()
    assert installation.stop() == 0
    assert [process for process in family if process.is_running()] == []
    assert installation.printed().endswith("Stopping ...\nStopped.\n")


def test_a_busy_port_is_reported_in_one_line(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        refused = installation.command("up", *installation.options())
    assert refused.returncode == 1
    assert one_line(refused.stderr).startswith(f"Error: Port {installation.port} cannot be used")


def test_a_folder_without_write_access_is_reported_in_one_line(installation: Installation) -> None:
    installation.folder.write_text("a file where the folder should be")
    refused = installation.command("up", *installation.options())
    assert refused.returncode == 1
    assert "cannot be written" in one_line(refused.stderr)


def test_an_unreachable_database_is_reported_in_one_line(installation: Installation) -> None:
    refused = installation.command(
        "up", *installation.options(), DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none"
    )
    assert refused.returncode == 1
    assert "The database does not answer" in one_line(refused.stderr)


def assert_http_redirects(installation: Installation) -> None:
    home = f"https://localhost:{installation.port}"
    for method in ("GET", "HEAD"):
        status, location, _ = installation.get("/a%20b?c=d", tls=False, method=method)
        assert (status, location) == (301, f"{home}/a%20b?c=d")
    assert installation.get("//elsewhere.example", tls=False)[1] == f"{home}/elsewhere.example"
    assert installation.get("/login", tls=False, method="POST")[0] == 403
    for method in ("GET", "POST"):  # programs are refused: they would come this way each time
        status, location, body = installation.get("/api/v1/balance", tls=False, method=method)
        assert (status, location) == (403, "")
        assert "https-only" in str(body)


def assert_the_printed_link_opens_the_phone(installation: Installation) -> None:
    link = installation.phone_link()
    path = link.removeprefix(f"https://localhost:{installation.port}")
    assert installation.get("/phone")[0] == 404
    assert installation.get(path)[:2] == (303, "/phone")
    key = path.rpartition("/")[2].encode()
    logs = [file.read_bytes() for file in (installation.folder / "logs").glob("*")]
    assert logs
    assert not [text for text in logs if key in text]


def assert_a_second_one_is_refused(installation: Installation) -> None:
    refused = installation.command("up", *installation.options())
    assert refused.returncode == 1
    assert one_line(refused.stderr).startswith("Error: PromoSMS is already running in ")


def assert_private(installation: Installation) -> None:
    for file in installation.folder.rglob("*"):
        assert not stat.S_IMODE(file.stat().st_mode) & 0o077, file


def assert_the_supervisor_may_fork(installation: Installation) -> None:
    """Its children would believe its threads and its connections to be theirs."""
    supervisor, *children = installation.family()
    assert supervisor.num_threads() == 1
    assert databases(supervisor) == []
    assert supervisor.net_connections("all") == []
    assert any(databases(child) for child in children)
    assert {Path(f"/proc/{child.pid}/fd/0").readlink() for child in children} == {DEVNULL}


def databases(process: psutil.Process) -> list[str]:
    """The files of databases that it holds open."""
    return [file.path for file in process.open_files() if ".sqlite3" in file.path]


def assert_a_dead_worker_is_restarted(installation: Installation) -> None:
    (before,) = mail_workers(installation)
    before.kill()
    wait_for(
        lambda: any(process != before for process in mail_workers(installation)),
        installation.printed,
    )
    assert "mail has ended" in installation.printed()


def assert_it_starts_again_after_it_was_killed(installation: Installation) -> None:
    supervisor, *children = installation.family()
    supervisor.kill()
    installation.wait()
    installation.start()  # processes that still run are ended now
    assert [process for process in children if process.is_running()] == []
    for process in installation.family():
        process.kill()
    installation.wait()
    installation.start()
    assert installation.get("/privacy")[0] == 200


def assert_both_connections_are_open(installation: Installation) -> None:
    with closing(sqlite3.connect(installation.folder / "promosms.sqlite3")) as database:
        query = "SELECT name FROM workers WHERE connected ORDER BY name"
        wait_for(lambda: len(database.execute(query).fetchall()) == 2, installation.printed)
        assert database.execute(query).fetchall() == [("gateway-1",), ("gateway-1/2",)]
    assert (installation.folder / "logs" / "gateway-1-2.log").exists()


def mail_workers(installation: Installation) -> list[psutil.Process]:
    return [process for process in installation.family() if name_of(process) == "mail"]


def name_of(process: psutil.Process) -> str:
    """The name of the process; empty if it has just ended."""
    try:
        return "" if process.status() == psutil.STATUS_ZOMBIE else process.name()
    except psutil.NoSuchProcess:
        return ""


def one_line(text: str) -> str:
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]
