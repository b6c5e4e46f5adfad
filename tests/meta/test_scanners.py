"""The scanners of code and dependencies: findings and exceptions."""

import json
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.scanners import code, dependencies, licences


def test_new_and_vanished_findings_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """That there are none is a step of scripts/test of its own."""
    accepted = ("S704", "views/layout.py")
    monkeypatch.delitem(code.KNOWN, accepted)
    monkeypatch.setitem(code.KNOWN, ("S324", "queue.py"), "an example")
    findings = [
        (*accepted, "new"),
        *((rule, file, "") for rule, file in code.KNOWN if rule != "S324"),
    ]
    monkeypatch.setattr(code, "findings", lambda: findings)
    assert code.check() == ["new", "queue.py: S324 is not found any more"]


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


FITTING = {"flask": ["BSD-3-Clause"], "psycopg": ["LGPL-3.0-only"]}


@pytest.fixture
def small_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists that fit two packages."""
    for name, needed in {
        "ALLOWED": {"BSD-3-Clause": "", "LGPL-3.0-only": ""},
        "CLASSIFIERS": {},
        "EXPLAINED": {},
        "TOOLS": {},
    }.items():
        monkeypatch.setattr(licences, name, needed)


def test_all_licences_are_compatible() -> None:
    declared, shipped = licences.declared(), dependencies.installed()
    assert licences.check(declared, shipped) == []
    assert shipped.keys() < declared.keys()
    assert {"flask", "psycopg-binary", "ruff"} <= declared.keys()


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        (["AGPL-3.0-only"], "AGPL-3.0-only does not go with BSD-3-Clause"),
        (["GPL-2.0-or-later"], "GPL-2.0-or-later does not go with BSD-3-Clause"),
        (["BSD-3-Clause", "GPL-3.0-only"], "BSD-3-Clause AND GPL-3.0-only does not go with"),
        (["GPL-2.0-only WITH Classpath-exception-2.0"], "GPL-2.0-only WITH Classpath-exception"),
        (["BSD-3-Clause OR Our-Own"], "unknown licence (BSD-3-Clause OR Our-Own)"),
        (["License :: OSI Approved :: BSD License"], "unknown licence (License :: OSI"),
        ([], "says no licence"),
    ],
)
@pytest.mark.usefixtures("small_lists")
def test_an_incompatible_licence_is_a_finding(declared: list[str], problem: str) -> None:
    (finding,) = licences.check({**FITTING, "x": declared}, {"flask", "x"})
    assert finding.startswith(f"x: {problem}")


@pytest.mark.usefixtures("small_lists")
def test_one_compatible_licence_of_a_choice_is_enough() -> None:
    assert licences.check({**FITTING, "x": ["GPL-2.0-only OR BSD-3-Clause"]}, {"x"}) == []


@pytest.mark.usefixtures("small_lists")
def test_a_licence_accepted_for_tools_may_not_be_shipped() -> None:
    licences.TOOLS["x"] = "an example"
    declared = {**FITTING, "x": ["GPL-3.0-only"]}
    assert licences.check(declared, {"flask"}) == []
    assert licences.check(declared, {"flask", "x"}) == [
        "x: GPL-3.0-only does not go with BSD-3-Clause",
        "x: nothing needs this entry any more",
    ]


@pytest.mark.usefixtures("small_lists")
@pytest.mark.parametrize(
    ("name", "entry", "meaning"),
    [
        ("ALLOWED", "MIT", "an example"),
        ("CLASSIFIERS", "License :: Public Domain", "BSD-3-Clause"),
        ("EXPLAINED", "flask", ("BSD-3-Clause", "an example")),
        ("EXPLAINED", "gone", ("BSD-3-Clause", "an example")),
        ("TOOLS", "psycopg", "an example"),
        ("TOOLS", "gone", "an example"),
    ],
)
def test_an_unused_entry_is_a_finding(name: str, entry: str, meaning: object) -> None:
    assert licences.check(FITTING, {"flask"}) == []
    getattr(licences, name)[entry] = meaning
    assert licences.check(FITTING, {"flask"}) == [f"{entry}: nothing needs this entry any more"]


@pytest.mark.usefixtures("small_lists")
def test_a_package_without_a_licence_can_be_explained() -> None:
    licences.EXPLAINED["x"] = ("BSD-3-Clause", "an example")
    assert licences.check({**FITTING, "x": []}, {"flask", "x"}) == []
    licences.EXPLAINED["x"] = ("AGPL-3.0-only", "an example")
    assert licences.check({**FITTING, "x": []}, {"flask", "x"}) != []
