"""`python -m tests.scanners code`, `… advisories`, `… licences`, `… bill FILE`.

The exit code is 1 for findings.
"""

import sys
from pathlib import Path

from tests.scanners import code, dependencies, licences


def main(scanner: str, *rest: str) -> int:
    """Run a scanner and print its findings."""
    if scanner == "code":
        findings, summary = code.check(), f"known findings: {len(code.KNOWN)}"
    elif scanner == "advisories":
        findings, summary = dependencies.advisories()
    elif scanner == "licences":
        declared, shipped = licences.declared(), dependencies.installed()
        findings = licences.check(declared, shipped)
        summary = f"packages: {len(shipped)}, and {len(declared) - len(shipped)} of the tests"
    else:
        file = Path(*rest)
        dependencies.bill(file)
        findings, summary = dependencies.missing(file), f"packages: {len(dependencies.installed())}"
    sys.stdout.write("\n".join([*findings, summary]) + "\n")
    return bool(findings)


sys.exit(main(*sys.argv[1:]))
