"""The page about security names only existing tests and files."""

import re
from pathlib import Path

from tests.meta.sources import PACKAGE, ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
QUOTED = re.findall(r"`([^`\s]+)`", PAGE)


def missing(named: str) -> bool:
    """Is this test missing?"""
    file, _, test = named.partition("::")
    path = ROOT / file
    if not test:
        return not path.exists()
    return not path.is_file() or f"def {test}(" not in path.read_text()


def test_every_test_that_it_names_exists() -> None:
    tests = [name for name in QUOTED if name.startswith("tests/")]
    assert len(tests) > 50
    assert [name for name in tests if missing(name)] == []
    assert missing("tests/meta/test_security_page.py::test_of_nothing")


def test_every_file_that_it_names_exists() -> None:
    files = [name for name in QUOTED if re.fullmatch(r"[\w/]+\.(py|md)", name)]
    for name in files:
        assert any(Path(folder, name).exists() for folder in (ROOT, PACKAGE)), name


def test_every_line_of_the_checklist_is_complete() -> None:
    lines = re.findall(r"^\| (\d+\.[^\n]*) \|$", PAGE.split("### Not met")[0], re.MULTILINE)
    assert len(lines) > 50
    assert all(len(line.split(" | ")) == 4 for line in lines)
