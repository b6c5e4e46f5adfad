"""`python -m tests.scanners code`, `… advisories`, `… licences`, `… bill FILE`.

The exit code is 1 for findings.
"""

import sys
from pathlib import Path

from tests.scanners import code, dependencies, licences


def main(what: str, *rest: str) -> int:
    """Run one of them and say what it has found."""
    if what == "code":
        wrong, said = code.check(), f"known findings: {len(code.KNOWN)}"
    elif what == "advisories":
        wrong, said = dependencies.advisories()
    elif what == "licences":
        declared, shipped = licences.declared(), dependencies.installed()
        wrong = licences.check(declared, shipped)
        said = f"packages: {len(shipped)}, and {len(declared) - len(shipped)} of the tests"
    else:
        file = Path(*rest)
        dependencies.bill(file)
        wrong, said = dependencies.missing(file), f"packages: {len(dependencies.installed())}"
    sys.stdout.write("\n".join([*wrong, said]) + "\n")
    return bool(wrong)


sys.exit(main(*sys.argv[1:]))
