"""Statements on models that change many rows without reading them."""

from typing import Any

from sqlalchemy import Delete, Update, delete, update

from promosms.models import Model


def update_rows(model: type[Model]) -> Update:
    """An UPDATE that does not touch the objects in the session: they may be old after it."""
    return update(model).execution_options(synchronize_session=False)


def delete_rows(model: Any) -> Delete:
    """A DELETE that does not touch the objects in the session: they may be gone after it."""
    return delete(model).execution_options(synchronize_session=False)
