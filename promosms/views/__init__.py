"""What is shown: a blueprint per part of the product."""

from importlib import import_module

from flask import Flask

from promosms.views import errors, layout

BLUEPRINTS = (
    "auth",
    "second_step",
    "confirm",
    "two_steps",
    "changes",
    "settings",
    "data",
    "leaving",
    "guests",
    "dashboard",
    "recipients",
    "lists",
    "imports",
    "suppressions",
    "campaigns",
    "billing",
    "policies",
    "security",
    "phone",
    "proof",
    "admin",
    "webhooks",
)


def init_app(app: Flask) -> None:
    """Register the blueprints, the error pages and what every page shows."""
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"promosms.views.{name}").bp)
    errors.init_app(app)
    layout.init_app(app)
