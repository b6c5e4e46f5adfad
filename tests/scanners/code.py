"""The security rules of ruff (S, those of bandit) over the package."""

import json
import subprocess
import sys
from pathlib import Path

from tests.meta.sources import PACKAGE, ROOT

KNOWN = {
    ("S108", "settings/embedded.py"): "a folder made for this user alone, and checked",
    ("S108", "supervisor/web.py"): "the folder in memory where Gunicorn keeps its heartbeats",
    ("S305", "lib/short_codes.py"): "the round function of a permutation, of one block each",
    ("S314", "lib/workbook_reader.py"): "in a process that limits of memory and time end",
    ("S608", "gateways/simulator_store.py"): "placeholders, one for each number",
    ("S608", "models/row_security.py"): "names of tables of the models",
    ("S608", "models/invoices/guards.py"): "names of tables and columns of the models",
    ("S608", "db/bulk.py"): "names of columns of the models",
    ("S608", "db/search_index.py"): "names of tables that stand in the models",
    ("S608", "models/recipients/consent_triggers.py"): "names of a table and its columns",
    ("S608", "models/recipients/count_triggers.py"): "names of columns, and conditions, of its own",
    ("S608", "models/recipients/search_index.py"): "names of tables and columns of its own",
    ("S608", "models/statement_keys.py"): "names of tables and columns of the models",
    ("S608", "services/recipients/counts.py"): "names of columns of the models",
    ("S608", "services/inbox/inbox_rows.py"): "names of columns of the models",
    ("S608", "services/campaigns/message_rows.py"): "names of columns of the models",
    ("S608", "db/overwrite_files.py"): "names of tables and columns of the models",
    ("S704", "views/billing/top_ups.py"): "a square that a library has drawn",
    ("S704", "views/layout.py"): "an icon of a library, by a name in a template",
    ("S704", "views/policies/policies.py"): "policy versions: files of this software",
}
"""Findings that have been looked at: rule and file, and why they are none."""


LEFT_OUT = "S101,S105,S107,S311,S404,S603"
"""Why each of these rules is left out stands in docs/security.md."""


def findings() -> list[tuple[str, str, str]]:
    """The findings: rule, file, and a line with place and description."""
    command = ["ruff", "check", "--isolated", "--select", "S", "--ignore", LEFT_OUT]
    folders = ["--exclude", "promosms/migrations/versions", "promosms"]
    ran = subprocess.run(
        [sys.executable, "-m", *command, "--output-format", "json", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if ran.returncode not in (0, 1):
        raise RuntimeError(ran.stderr)
    return [
        (
            entry["code"],
            str(Path(entry["filename"]).relative_to(PACKAGE)),
            f"{entry['filename']}:{entry['location']['row']}: {entry['code']} {entry['message']}",
        )
        for entry in json.loads(ran.stdout)
    ]


def check() -> list[str]:
    """The problems: new findings, and known findings that no longer exist."""
    all_findings = findings()
    places = {(rule, file) for rule, file, _ in all_findings}
    new = [finding for rule, file, finding in all_findings if (rule, file) not in KNOWN]
    gone = [f"{file}: {rule} is not found any more" for rule, file in KNOWN.keys() - places]
    return new + sorted(gone)
