"""The libraries that are bound to the application."""

from flask import Flask
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from promosms.models.base import Model

db = SQLAlchemy(metadata=Model.metadata)
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()


limiter = Limiter(get_remote_address, strategy="moving-window", headers_enabled=False)
"""Its limits are set by `web/limits.py`, which says who counts as one."""


def init_app(app: Flask) -> None:
    """Bind every library to the application."""
    db.init_app(app)
    login.init_app(app)
    csrf.init_app(app)
    # It adds the options of its store to those of the application before, which may not fit: with
    # one that the client does not know, every request would be counted in this process only.
    vars(limiter)["_storage_options"] = {}
    limiter.init_app(app)
