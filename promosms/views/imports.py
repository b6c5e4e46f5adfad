"""The imports pages."""

from flask import Blueprint

bp = Blueprint("imports", __name__)
