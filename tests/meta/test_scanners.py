"""Findings of the scanners in the code and the libraries."""

import json
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.scanners import code, dependencies


def test_the_code_has_no_new_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code.check() == []
    accepted = ("B704", "views/layout.py")
    monkeypatch.delitem(code.KNOWN, accepted)
    monkeypatch.setitem(code.KNOWN, ("B324", "queue.py"), "an example")
    findings = [
        (*accepted, "new"),
        *((rule, file, "") for rule, file in code.KNOWN if rule != "B324"),
    ]
    monkeypatch.setattr(code, "findings", lambda: findings)
    assert code.check() == ["new", "queue.py: B324 is not found any more"]


def test_the_bill_of_materials_has_every_dependency(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    dependencies.bill(file)
    assert dependencies.missing(file) == []
    content = json.loads(file.read_text())
    assert content["bomFormat"] == "CycloneDX"
    direct = {canonicalize_name(entry.name) for entry in dependencies.direct()}
    assert direct <= dependencies.installed().keys()
    content["components"] = [entry for entry in content["components"] if entry["name"] != "stripe"]
    file.write_text(json.dumps(content))
    assert dependencies.missing(file) == ["stripe"]


def test_an_advisory_is_a_finding() -> None:
    good = {"name": "flask", "version": "3.1.3", "vulns": []}
    bad = {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
    unknown = {"name": "y", "skip_reason": "Dependency not found"}
    report = json.dumps({"dependencies": [good, bad, unknown]})
    assert dependencies.read(report) == (["x 1: CVE-1, mended in 2"], 2)


@pytest.mark.parametrize("report", ["", json.dumps({"dependencies": [{"skip_reason": "-"}]})])
def test_without_a_connection_nothing_is_checked(report: str) -> None:
    assert dependencies.read(report) == ([], 0)
