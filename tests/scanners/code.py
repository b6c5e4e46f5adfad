"""Bandit over the package. Rules that do not fit are left out in pyproject.toml."""

import json
import subprocess
import sys
from pathlib import Path

from tests.meta.sources import PACKAGE, ROOT

KNOWN = {
    ("B108", "supervisor/web.py"): "the folder in memory where Gunicorn keeps its heartbeats",
    ("B406", "gateways/configurable_http.py"): "it writes XML and reads none",
    ("B608", "gateways/simulator_store.py"): "placeholders, one for each number",
    ("B608", "models/row_security.py"): "names of tables of the models",
    ("B608", "models/invoices/guards.py"): "names of tables and columns of the models",
    ("B608", "db/bulk.py"): "names of columns of the models",
    ("B608", "services/inbox/inbox_rows.py"): "names of columns of the models",
    ("B608", "services/campaigns/message_rows.py"): "names of columns of the models",
    ("B608", "db/overwrite_files.py"): "names of tables and columns of the models",
    ("B704", "views/billing/top_ups.py"): "a square that a library has drawn",
    ("B704", "views/layout.py"): "an icon of a library, by a name in a template",
    ("B704", "views/policies/policies.py"): "policy versions: files of this software",
}
"""Findings that have been looked at: rule and file, and why they are none."""


def findings() -> list[tuple[str, str, str]]:
    """The findings of bandit: rule, file, and a line with place and description."""
    command = [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "promosms"]
    ran = subprocess.run([*command, "-f", "json"], cwd=ROOT, capture_output=True, text=True)
    report = json.loads(ran.stdout)
    if report["errors"]:
        raise RuntimeError(report["errors"])
    return [
        (
            entry["test_id"],
            str(Path(ROOT, entry["filename"]).relative_to(PACKAGE)),
            f"{entry['filename']}:{entry['line_number']}: {entry['test_id']} {entry['issue_text']}",
        )
        for entry in report["results"]
    ]


def check() -> list[str]:
    """The problems: new findings, and known findings that no longer exist."""
    all_findings = findings()
    places = {(rule, file) for rule, file, _ in all_findings}
    new = [finding for rule, file, finding in all_findings if (rule, file) not in KNOWN]
    gone = [f"{file}: {rule} is not found any more" for rule, file in KNOWN.keys() - places]
    return new + sorted(gone)
