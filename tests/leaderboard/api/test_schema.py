"""The published description of the API is complete and correct."""

from __future__ import annotations

import io

import pytest
import yaml
from django.core.management import call_command
from django.test import Client


def test_the_schema_is_valid_and_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    schema = yaml.safe_load(out.getvalue())
    assert schema["paths"]["/api/v1/challenges/{slug}/submissions/"].keys() == {"get", "post"}
    body = schema["paths"]["/api/v1/challenges/{slug}/submissions/"]["post"]["requestBody"]["content"]
    assert body.keys() == {"multipart/form-data"}
    specification = schema["components"]["schemas"]["Specification"]
    assert specification["discriminator"]["mapping"].keys() == {"selection", "cleaning", "acquisition"}
    token = schema["components"]["securitySchemes"]["token"]
    assert (token["type"], token["scheme"]) == ("http", "bearer")
    assert all(f"`{scope}`" in token["description"] for scope in ("read", "submit", "organize"))


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
