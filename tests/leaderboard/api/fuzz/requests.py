"""How a random request is drawn: from the schema, with real values in most places so that views are reached.

Hypothesis tries the simplest choices first. That is the first value of each list here, so the first request of every
operation is one that works.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import encode_multipart
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation

from tests.leaderboard.api.fuzz.world import World

BOUNDARY = "fuzz"
ABSENT = object()
UNKNOWN = UUID(int=7)
HUGE = 10**30

Draw = Any


@dataclass(frozen=True)
class Request:
    """``is_valid``: whether the schema allows it; None if that can't be said, or only by schemathesis (``judged``)."""

    case: Case
    headers: dict[str, str]
    is_valid: bool | None = None
    judged: bool = False


@st.composite
def requests(draw: Draw, operation: APIOperation[Any, Any, Any], world: World, kind: str) -> Request:
    """A request of this operation by this kind of user."""
    mode = draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case: Case = draw(
        operation.as_strategy(mode) if mode.is_positive or _has_parts(operation) else operation.as_strategy()
    )
    _with_real_places(draw, case, world)
    is_valid = _with_real_query(draw, case, world) if draw(st.sampled_from([True, True, False])) else None
    headers = _credentials(draw, world, kind)
    if (accepted := draw(st.sampled_from(_accepted(operation)))) is not None:
        headers["Accept"] = accepted
    if operation.method == "get":
        return Request(case, headers, is_valid, judged=is_valid is None)
    if draw(st.sampled_from([True, True, True, False])):
        slug = case.path_parameters.get("slug")
        form = _submission(draw, world, slug) if slug else _bundle(draw, world)
        case.body = encode_multipart(BOUNDARY, form)
        headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        # What is wrong with a file the schema doesn't say.
        return Request(case, headers, False if is_valid is False else None)
    return Request(case, headers, False if is_valid is False or not mode.is_positive else None)


def _has_parts(operation: APIOperation[Any, Any, Any]) -> bool:
    """Whether anything of the operation could be invalid."""
    return any((operation.path_parameters, operation.query, operation.headers, operation.body))


def _with_real_places(draw: Draw, case: Case, world: World) -> None:
    known = _places(case, world)
    for name in case.path_parameters or {}:
        # Otherwise it stays as schemathesis drew it.
        if draw(st.sampled_from([True] * 9 + [False])):
            case.path_parameters[name] = draw(st.sampled_from(known[name]))


def _places(case: Case, world: World) -> dict[str, list[Any]]:
    by_route = {
        "/api/v1/submissions/{id}/": {"id": [*world.submissions, str(UNKNOWN)]},
        "/api/v1/jobs/{id}/": {"id": [*world.jobs, 0, HUGE]},
    }
    rounds = [world.slugs[0]] * len(world.slugs)
    common = {
        "slug": [*rounds, *world.slugs, "unknown"],
        "name": [*world.names, "nothing.parquet"],
        "number": [2, 2, 1, 3, 0, HUGE],
    }
    return by_route.get(case.path, common)


VALID: dict[str, list[Any]] = {
    "page": [1, 2, HUGE],
    "page_size": [2, 1, 500],
    "phase": ["Round 1", "No such", "x" * 1000],
    "challenge": ["rounds", "unknown"],
    "all": [1, "true", "True", "false", 0],
    "bom": [1, "true", "False", 0],
    "division": ["closed", "open"],
    "format": ["json"],
    "status": ["failed"],
    "kind": ["selection", "cleaning", "acquisition"],
    "domain": ["other", "vision"],
}
VALID_HERE: dict[tuple[str, str], list[Any]] = {
    ("/api/v1/challenges/", "status"): ["published", "draft"],
    ("/api/v1/challenges/{slug}/leaderboard/", "format"): ["csv", "json"],
}
INVALID: dict[str, list[Any]] = {
    "page": [0, -1, "last", "1.5", "one", "١", "1e3", "1_0", " 1"],
    "page_size": [501, 0, -1, HUGE, "many"],
    "phase": [],
    "challenge": ["a b", " rounds", "x" * 1000],
    "all": ["2", "maybe", "TRUE "],
    "bom": ["2", "utf-8"],
    "division": ["OPEN", "both"],
    "format": ["xml", "CSV"],
    "status": ["lost"],
    "kind": ["unheard-of"],
    "domain": ["unheard-of"],
}


def _with_real_query(draw: Draw, case: Case, world: World) -> bool:
    """Replace all parameters; whether those that are there now are valid."""
    case.query.clear()
    is_valid = True
    for name in [parameter.name for parameter in case.operation.query]:
        valid = VALID_HERE.get((case.path, name), VALID[name])
        value = draw(st.sampled_from([ABSENT, ABSENT, ABSENT, *valid, *valid, *INVALID[name], "", ["1", "1"]]))
        if value is not ABSENT:
            case.query[name] = value
            is_valid = is_valid and value in valid
    if draw(st.sampled_from([False] * 9 + [True])):
        case.query["sort"] = draw(st.sampled_from(["score", "-nothing"]))
        is_valid = False
    return is_valid


def _credentials(draw: Draw, world: World, kind: str) -> dict[str, str]:
    full, *others = world.tokens.get(kind, [""])
    token = draw(st.sampled_from([full] * 9 + [*others, "ratchet_unknown"]))
    return {"Authorization": f"Bearer {token}"} if token else {}


def _accepted(operation: APIOperation[Any, Any, Any]) -> list[str | None]:
    """What clients send: nothing, all that the schema lists, as generated clients do, or something else."""
    responses = operation.definition.raw["responses"].values()
    documented = sorted({kind for response in responses for kind in response.get("content", {})})
    return [None, ", ".join(documented), *documented, "*/*", "text/html", "nonsense"]


def _submission(draw: Draw, world: World, slug: Any) -> dict[str, Any]:
    good = world.entries.get(str(slug), {})
    other = world.entries[world.slugs[0]]
    text = st.text(max_size=20)
    choices: dict[str, Any] = {
        "name": st.sampled_from(["ours", "ours", "", "x" * 81, "a\0b", ABSENT]) | text,
        "team": st.sampled_from([ABSENT, ABSENT, ABSENT, *world.teams, "", "unknown", "\0"]) | text,
        "division": st.sampled_from([ABSENT, ABSENT, "closed", "open", "both", ""]),
        "tasks": st.sampled_from([ABSENT, ABSENT, ABSENT, ["apple", "bread"], ["", ""], ["nothing"], [""] * 100]),
        "files": st.sampled_from([good, good, good, other, {}]) | _broken_files(good or other),
    }
    form = {name: value for name, choice in choices.items() if (value := draw(choice)) is not ABSENT}
    form["files"] = [SimpleUploadedFile(name, content, "text/csv") for name, content in form["files"].items()]
    return form


def _broken_files(good: Any) -> st.SearchStrategy[dict[str, bytes]]:
    names = st.sampled_from([*good, "data", "../up.csv", "a" * 300 + ".csv", "\x7f.csv", "x.zip", "x.npy"])
    contents = st.binary(max_size=60) | st.sampled_from(
        [b"", b"id\n", b"PK\x03\x04", b"\xff\xfe", *(content[:-3] for content in good.values())]
    )
    return st.dictionaries(names, contents, max_size=3)


def _bundle(draw: Draw, world: World) -> dict[str, Any]:
    # A good one costs a second.
    bad = [*world.bundles[2:], b"", b"PK\x03\x04"]
    contents = st.sampled_from([*world.bundles[:2], *bad, *bad, *bad]) | st.binary(max_size=60)
    form = {"bundle": SimpleUploadedFile("bundle.zip", draw(contents), "application/zip")}
    return draw(st.sampled_from([form, form, form, {}, {"file": form["bundle"]}, {"bundle": "text"}]))
