"""The libraries that are bound to the application."""

import hmac

from flask import Flask
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.schema import SchemaItem

from promosms.models.base import Model
from promosms.settings import settings

db = SQLAlchemy(metadata=Model.metadata)
migrate = Migrate(directory="promosms/migrations")
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()


def _visitor() -> str:
    """Whose limits these are: a keyed hash, so that no address stands in Redis or its files."""
    key = settings.secret_key.encode()
    return hmac.digest(key, get_remote_address().encode(), "sha256").hex()[:32]


limiter = Limiter(_visitor, strategy="moving-window", headers_enabled=False)


def _belongs_here(item: SchemaItem, *_: object) -> bool:
    """Does this part of a model belong into the database in use?"""
    return str(item.info.get("on", db.engine.name)) == db.engine.name


def init_app(app: Flask) -> None:
    """Bind every library to the application."""
    db.init_app(app)
    migrate.init_app(app, db, render_as_batch=True, compare_type=True, include_object=_belongs_here)
    login.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
