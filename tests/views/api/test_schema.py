"""Thousands of requests made from the OpenAPI document: right ones, wrong ones, odd ones.

None is answered by an error of ours or in a way that the document does not name; right ones are
accepted, and wrong ones refused.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)

from promosms.web.api import openapi
from promosms.web.api.problems import TYPES
from tests.support.api import Program

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EXAMPLES = 30
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


class OverHttps:
    """The application as its callers reach it."""

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        environ |= {"wsgi.url_scheme": "https", "HTTP_HOST": "localhost"}
        return self.app(environ, start_response)


@pytest.mark.parametrize("kind", ["real", "sandbox"])
def test_it_keeps_to_its_document(
    app: Flask, program: Program, sandbox: Program, kind: str
) -> None:
    token = (program if kind == "real" else sandbox).token
    config = SchemathesisConfig(
        projects=ProjectsConfig(
            default=ProjectConfig(
                checks=ChecksConfig(
                    positive_data_acceptance=PositiveDataAcceptanceConfig(
                        expected_statuses=["2xx", "402", "403", "404", "409", "422"]
                    )
                ),
                generation=GenerationConfig(
                    modes=list(GenerationMode), with_security_parameters=False
                ),
            )
        )
    )
    with app.app_context():
        document = openapi.document(app)
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = OverHttps(app.wsgi_app)
    for found in schema.get_all_operations():
        walk(found.ok(), {"Authorization": f"Bearer {token}"})


def said(problem: dict[str, Any]) -> bool:
    """Does a problem name what a schema cannot say: people of a batch, or a made-up cursor?"""
    return all(
        error.get("parameter") == "cursor" or error.get("code") in TYPES
        for error in problem["errors"]
    )


def walk(operation: Any, headers: dict[str, str]) -> None:
    @SETTINGS
    @hypothesis.given(case=operation.as_strategy())
    def check(case: Any) -> None:
        response = case.call_and_validate(headers=headers)
        if response.status_code == 422 and case.meta.generation.mode is GenerationMode.POSITIVE:
            problem = response.json()
            assert problem["code"] != "invalid-request" or said(problem), problem["errors"]

    check()
