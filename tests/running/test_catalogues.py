"""Catalogues are compiled when they are newer than the compiled files."""

import gettext
import os
from pathlib import Path

from promosms.supervisor.catalogues import compile_catalogues

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def write(folder: Path, word: str) -> Path:
    path = folder / "pl" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{HEAD}msgid "Recipients"\nmsgstr "{word}"\n')
    return path


def test_it_compiles_new_catalogues(tmp_path: Path) -> None:
    write(tmp_path, "Odbiorcy")
    assert compile_catalogues(tmp_path) == 1
    assert gettext.translation("messages", tmp_path, ["pl"]).gettext("Recipients") == "Odbiorcy"
    assert compile_catalogues(tmp_path) == 0


def test_it_compiles_changed_catalogues(tmp_path: Path) -> None:
    path = write(tmp_path, "Odbiorcy")
    compile_catalogues(tmp_path)
    write(tmp_path, "Adresaci")
    later = path.stat().st_mtime + 5
    os.utime(path, (later, later))
    assert compile_catalogues(tmp_path) == 1
    with path.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Recipients") == "Adresaci"
