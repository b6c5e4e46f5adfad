"""The documents list exactly the existing settings, commands and outcomes."""

import re
from dataclasses import fields
from pathlib import Path

from promosms import cli
from promosms.gateways.simulator import OUTCOMES
from promosms.gateways.smpp.settings import Settings
from promosms.settings.sources import KINDS

ROOT = Path(__file__).resolve().parents[2]


def test_exactly_the_existing_settings_are_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    table = text.partition("| Setting |")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:] if line.startswith("|")]
    assert sorted(re.findall(r"`([A-Z_0-9]+)`", " ".join(cells))) == sorted(KINDS)


def test_exactly_the_existing_smpp_settings_are_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    table = text.partition("| SMPP setting |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    names = {field.name for field in fields(Settings)} - {"window", "country"}  # are options
    assert set(re.findall(r"`([a-z_]+)`", " ".join(cells))) == names


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    for command in cli.COMMANDS:
        name = str(command.name)
        assert name == "up" or re.search(rf"scripts/run {name}\b", text), name


def test_every_outcome_of_the_simulator_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    assert set(re.findall(r"^\| `(\d{5})` \|", text, re.MULTILINE)) == set(OUTCOMES)


def test_links_between_documents_have_a_target() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
