"""What every address of PromoSMS REST 3.2 obeys: log-in, answers in its words, no pages."""

from flask import request

PREFIX = "/api/rest/v3_2"
EVERY = "/api/rest"
"""Programs also know addresses of older versions: they get an answer in the same words."""


def wanted() -> bool:
    """Is this request one of a program that speaks the language of PromoSMS?"""
    return request.path == EVERY or request.path.startswith(f"{EVERY}/")
