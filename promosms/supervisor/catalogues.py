"""Catalogues of translations, compiled for gettext."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from promosms import logs

log = logs.get(__name__)


def compile_catalogues(folder: Path) -> int:
    """Compile every changed catalogue; returns how many had changed."""
    stale = [path for path in folder.glob("*/LC_MESSAGES/*.po") if _stale(path)]
    for path in stale:
        try:
            _compile(path)
        except OSError:  # the code belongs to another user, who has compiled them
            log.warning("catalogue.not_writable", exc_info=True)
    return len(stale)


def _compile(path: Path) -> None:
    with path.open("rb") as source:
        catalogue = read_po(source, locale=path.parent.parent.name)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as compiled:
        write_mo(compiled, catalogue)
    fresh.replace(path.with_suffix(".mo"))


def _stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime
