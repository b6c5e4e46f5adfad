"""The libraries that are bound to the application."""

import hmac

from flask import Flask
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from promosms.models.base import Model
from promosms.settings import settings

db = SQLAlchemy(metadata=Model.metadata)
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()


def _visitor() -> str:
    """Whose limits these are: a keyed hash, so that no address stands in Redis or its files."""
    key = settings.secret_key.encode()
    return hmac.digest(key, get_remote_address().encode(), "sha256").hex()[:32]


limiter = Limiter(_visitor, strategy="moving-window", headers_enabled=False)


def init_app(app: Flask) -> None:
    """Bind every library to the application."""
    db.init_app(app)
    login.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
