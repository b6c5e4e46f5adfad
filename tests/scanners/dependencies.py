"""The dependencies on a server: advisories, and the bill of materials."""

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
    """The requirements of a file, and of the files that it includes."""
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    included = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    named = [Requirement(line) for line in lines if line and not line.startswith("-r ")]
    return named + [requirement for file_name in included for requirement in direct(file_name)]


def installed(file: str = SERVER) -> dict[str, str]:
    """The direct and indirect dependencies as installed: name and version."""
    versions: dict[str, str] = {}
    waiting = [(requirement.name, frozenset(requirement.extras)) for requirement in direct(file)]
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
        versions[canonicalize_name(name)] = package.version
        for needed in map(Requirement, package.requires or ()):
            environments = ({"extra": extra} for extra in ("", *extras))
            if not needed.marker or any(map(needed.marker.evaluate, environments)):
                waiting.append((needed.name, frozenset(needed.extras)))
    return versions


def read(report: str) -> tuple[list[str], int]:
    """The advisories of a pip-audit report, and how many packages it has checked."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except ValueError:
        return [], 0
    checked = [package for package in packages if "skip_reason" not in package]
    wrong = [
        f"{package['name']} {package['version']}: {advisory['id']}, mended in "
        f"{', '.join(advisory['fix_versions']) or 'no version yet'}"
        for package in checked
        for advisory in package["vulns"]
    ]
    return wrong, len(checked)


def advisories() -> tuple[list[str], str]:
    """Advisories about the installed packages, and a line on how many were checked."""
    packages = installed()
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder, "pins.txt")
        pins.write_text("".join(f"{name}=={version}\n" for name, version in packages.items()))
        options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--timeout", "3"]
        command = [sys.executable, "-m", "pip_audit", "-r", str(pins), *options, "-f", "json"]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return [], "not checked: no connection"
    wrong, checked = read(ran.stdout)
    if not checked:
        return [], "not checked: no connection"
    return wrong, f"checked: {checked} of {len(packages)} packages"


def bill(file: Path) -> None:
    """Write the bill of materials (SBOM, CycloneDX in JSON) of the installed packages."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable]
    options = ["--no-validate", "--output-reproducible", "--of", "JSON", "-o", str(file)]
    subprocess.run([*command, *options], cwd=ROOT, check=True, capture_output=True)


def missing(file: Path) -> list[str]:
    """The installed packages that are not in the bill of materials."""
    parts = json.loads(file.read_text())["components"]
    named = {canonicalize_name(part["name"]): part.get("version") for part in parts}
    return [name for name, version in installed().items() if named.get(name) != version]
