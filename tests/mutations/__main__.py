"""Breaks rules of money, time, opt-out and tenancy one at a time: the named tests must fail.

    python -m tests.mutations                 all, in copies of the tree (about 15 minutes)
    python -m tests.mutations opt_outs.py     those of files whose path contains the word

tests/meta/test_mutations.py checks that every line still stands in its file.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutations import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 600


def main() -> int:
    """Try the mutations whose files contain the words of the command; 1 if one survives."""
    words = sys.argv[1:]
    chosen = [m for m in MUTATIONS if not words or any(word in m.file for word in words)]
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        skipped = shutil.ignore_patterns(".git", ".venv", "instance", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, tree, ignore=skipped)
        for mutation in chosen:
            survived = _survives(tree, mutation)
            survivors += survived
            result = "SURVIVED" if survived else "caught"
            sys.stdout.write(f"{result:8} {mutation.file}: {mutation.new.strip()!r}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen)} mutations, {survivors} survived\n")
    return 1 if survivors else 0


def _survives(tree: Path, mutation: Mutation) -> bool:
    path = tree / mutation.file
    text = path.read_text()
    path.write_text(text.replace(mutation.old, mutation.new, 1))
    options = ["-x", "-q", "--database", mutation.database, *mutation.tests.split()]
    command = [sys.executable, "-m", "pytest", *options]
    try:
        run = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=SECONDS)
    finally:
        path.write_text(text)
    # 1: a test failed; anything else but 0 is no answer, such as a test file that is gone.
    assert run.returncode in (0, 1), (mutation, run.stdout[-2000:], run.stderr[-2000:])
    return run.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
