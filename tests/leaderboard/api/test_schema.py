"""The published description of the API is complete and correct."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from leaderboard.api.board import CSV_COLUMNS
from leaderboard.api.boardversions import COLUMNS


def _document() -> str:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_the_schema_is_valid_and_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    schema = yaml.safe_load(_document())
    assert "/api/v1/schema/" in schema["paths"]
    assert schema["paths"]["/api/v1/challenges/{slug}/submissions/"].keys() == {"get", "post"}
    body = schema["paths"]["/api/v1/challenges/{slug}/submissions/"]["post"]["requestBody"]["content"]
    assert body.keys() == {"multipart/form-data"}
    specification = schema["components"]["schemas"]["Specification"]
    assert specification["discriminator"]["mapping"].keys() == {"selection", "cleaning", "acquisition"}
    token = schema["components"]["securitySchemes"]["token"]
    assert (token["type"], token["scheme"]) == ("http", "bearer")
    assert all(f"`{scope}`" in token["description"] for scope in ("read", "submit", "organize"))


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """Method and path → operation."""
    schema = yaml.safe_load(_document())
    return {
        f"{method.upper()} {path.removeprefix('/api/v1/')}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_lists_what_it_may_be_refused_with(operations: dict[str, Any]) -> None:
    for name, operation in operations.items():
        expected = {"400", "401", "403", "429", "default"}
        if "{" in name or any(parameter["name"] == "page" for parameter in operation.get("parameters", ())):
            expected.add("404")
        if name.startswith("POST"):
            expected.add("415")
        refusals = {code: found for code, found in operation["responses"].items() if code[0] in "4d"}
        assert refusals.keys() == expected, name
        assert all(found["content"].keys() == {"application/problem+json"} for found in refusals.values())
        assert refusals["401"]["headers"]["WWW-Authenticate"]["required"]


def test_tables_are_described_by_their_columns(operations: dict[str, Any]) -> None:
    for name, columns in (
        ("GET challenges/{slug}/leaderboard/", CSV_COLUMNS),
        ("GET challenges/{slug}/leaderboard.csv", CSV_COLUMNS),
        ("GET challenges/{slug}/leaderboard/versions/{number}/changes.csv", COLUMNS),
    ):
        schema = operations[name]["responses"]["200"]["content"]["text/csv"]["schema"]
        assert schema["type"] == "string"
        assert re.findall(r"`(\w+)`", schema["description"]) == list(columns)


def test_parameters_are_described_as_they_are_checked(operations: dict[str, Any]) -> None:
    board = operations["GET challenges/{slug}/leaderboard/"]["parameters"]
    described = {parameter["name"]: parameter["schema"] for parameter in board if parameter["in"] == "query"}
    assert described.keys() == {"all", "bom", "division", "format", "page", "page_size", "phase"}
    assert described["all"]["type"] == described["bom"]["type"] == "boolean"
    assert described["division"]["enum"] == ["closed", "open"]
    assert described["format"]["enum"] == ["json", "csv"]
    assert (described["page_size"]["minimum"], described["page_size"]["maximum"]) == (1, 500)
    listed = {parameter["name"]: parameter["schema"] for parameter in operations["GET challenges/"]["parameters"]}
    assert set(listed["kind"]["enum"]) == {"selection", "cleaning", "acquisition"}
    assert "parameters" not in operations["POST challenges/"]


def test_what_may_be_missing_is_nullable() -> None:
    """A draft has no data before it has a phase, and an entry that was disqualified no score on the board."""
    schemas = yaml.safe_load(_document())["components"]["schemas"]
    assert schemas["ChallengeDetail"]["properties"]["dataset"]["nullable"]
    assert schemas["PublicSubmission"]["properties"]["score"]["nullable"]
    assert "anyOf" in schemas["AnySubmission"]


def test_documents_that_a_client_may_have_are_described_so(operations: dict[str, Any]) -> None:
    for name in ("board.json", "leaderboard.csv", "leaderboard/versions/{number}/", "files/{name}"):
        operation = operations[f"GET challenges/{{slug}}/{name}"]
        assert "If-None-Match" in {parameter["name"] for parameter in operation["parameters"]}
        assert all(operation["responses"][code]["headers"]["ETag"]["required"] for code in ("200", "304"))


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["version=%0A", "version=2", "lang=xx"])
def test_no_parameter_gets_into_the_headers_of_the_document(query: str) -> None:
    """drf-spectacular puts the version into the file's name, where a line break was a 500."""
    assert Client().get(f"/api/v1/schema/?{query}").status_code == 400


@pytest.mark.django_db
def test_the_documentation_loads_nothing_from_elsewhere() -> None:
    answer = Client().get("/api/v1/docs/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "http://" not in text.replace("http://testserver", "")
    assert "https://" not in text
    assert "<script>" not in text, "the content security policy allows no inline script"
    sources = [directive.split() for directive in answer["Content-Security-Policy"].split(";")]
    policy = {name: allowed for name, *allowed in sources}
    # The most specific directive that is set applies.
    scripts = policy.get("script-src-elem", policy.get("script-src", policy["default-src"]))
    assert scripts == ["'self'"]
    assert policy.get("script-src-attr", policy.get("script-src", policy["default-src"])) == ["'self'"]
