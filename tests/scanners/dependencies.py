"""What is installed on a server: is anything known against it, and what is it made of."""

import json
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.meta.sources import ROOT

PATIENCE = 20
"""Seconds for the advisory service as a whole."""


SERVER = "requirements.txt"


def direct(file: str = SERVER) -> list[Requirement]:
    """What a file of requirements names, and the files that it includes."""
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    included = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    named = [Requirement(line) for line in lines if line and not line.startswith("-r ")]
    return named + [each for other in included for each in direct(other)]


def installed(file: str = SERVER) -> dict[str, str]:
    """The direct dependencies with all that they need, as it is installed: name and version."""
    found: dict[str, str] = {}
    waiting = [(each.name, frozenset(each.extras)) for each in direct(file)]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for another platform
        found[canonicalize_name(name)] = package.version
        for needed in map(Requirement, package.requires or ()):
            wanted = ({"extra": extra} for extra in ("", *extras))
            if not needed.marker or any(map(needed.marker.evaluate, wanted)):
                waiting.append((needed.name, frozenset(needed.extras)))
    return found


def read(report: str) -> tuple[list[str], int]:
    """What a report of pip-audit says: advisories, and how many packages the service knew."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except ValueError:
        return [], 0
    known = [package for package in packages if "skip_reason" not in package]
    wrong = [
        f"{package['name']} {package['version']}: {each['id']}, mended in "
        f"{', '.join(each['fix_versions']) or 'no version yet'}"
        for package in known
        for each in package["vulns"]
    ]
    return wrong, len(known)


def advisories() -> tuple[list[str], str]:
    """Advisories against what is installed, and a word on how much was checked."""
    packages = installed()
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder, "pins.txt")
        pins.write_text("".join(f"{name}=={found}\n" for name, found in packages.items()))
        options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--timeout", "3"]
        command = [sys.executable, "-m", "pip_audit", "-r", str(pins), *options, "-f", "json"]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return [], "not checked: no connection"
    wrong, known = read(ran.stdout)
    if not known:
        return [], "not checked: no connection"
    return wrong, f"checked: {known} of {len(packages)} packages"


def bill(file: Path) -> None:
    """Write the bill of materials (SBOM, CycloneDX in JSON) of what is installed."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable]
    options = ["--no-validate", "--output-reproducible", "--of", "JSON", "-o", str(file)]
    subprocess.run([*command, *options], cwd=ROOT, check=True, capture_output=True)


def missing(file: Path) -> list[str]:
    """Which of the installed packages the bill of materials does not have."""
    parts = json.loads(file.read_text())["components"]
    named = {canonicalize_name(part["name"]): part.get("version") for part in parts}
    return [name for name, version in installed().items() if named.get(name) != version]
