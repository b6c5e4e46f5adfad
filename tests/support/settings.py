"""Other settings for one test; the next test begins with the defaults."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from promosms.settings import change_settings, settings_of


def override(app: Flask, values: Mapping[str, Any] | None = None, **fields: Any) -> None:
    """Change settings, named as in the file or as fields; they are not checked."""
    change_settings(
        app, **{name.lower(): value for name, value in (values or {}).items()}, **fields
    )


def copied(app: Flask, *names: str) -> dict[str, object]:
    """Some settings as another application takes them."""
    return {name: getattr(settings_of(app), name.lower()) for name in names}
