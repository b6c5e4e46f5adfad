"""`python -m tests.scanners code`, `… advisories`, `… bill FILE`; exit code 1 for findings."""

import sys
from pathlib import Path

from tests.scanners import code, dependencies


def main(what: str, *rest: str) -> int:
    """Run one of them and say what it has found."""
    if what == "code":
        wrong, said = code.check(), f"known findings: {len(code.KNOWN)}"
    elif what == "advisories":
        wrong, said = dependencies.advisories()
    else:
        file = Path(*rest)
        dependencies.bill(file)
        wrong, said = dependencies.missing(file), f"packages: {len(dependencies.installed())}"
    sys.stdout.write("\n".join([*wrong, said]) + "\n")
    return bool(wrong)


sys.exit(main(*sys.argv[1:]))
