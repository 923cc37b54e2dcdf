"""Query parameters: declared once for a view, and from that documented and checked.

What a view doesn't declare is refused: otherwise ``?divison=open`` would be answered with another board, and
``?page_size=1000`` with half of the rows, and nobody would notice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from leaderboard.api.pagination import Pages
from leaderboard.models import Division

Row = TypeVar("Row", bound=Model)


_DIGITS = re.compile(r"-?[0-9]+")


class Flag(serializers.BooleanField):
    """Python writes ``True`` where JSON has ``true``."""

    TRUE_VALUES = {"1", "true", "True"}
    FALSE_VALUES = {"0", "false", "False"}
    NULL_VALUES: set[Any] = set()


class Number(serializers.IntegerField):
    """In digits alone: Python also reads those of other scripts, with underscores and spaces."""

    def to_internal_value(self, data: Any) -> int:
        if not _DIGITS.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class Query(serializers.Serializer[Any]):
    """The parameters of an operation; this one has none."""


class PageQuery(Query):
    page = Number(min_value=1, required=False, help_text="The number of the page, from 1.")
    page_size = Number(
        min_value=1, max_value=Pages.max_page_size, required=False, help_text="How many rows a page has."
    )


class PhaseQuery(Query):
    phase = serializers.CharField(
        required=False, trim_whitespace=False, help_text="The name of a phase; without it, the current one."
    )


class CsvQuery(Query):
    bom = Flag(default=False, help_text="A CSV begins with a byte-order mark, for Excel.")


class DivisionQuery(Query):
    all = Flag(default=False, help_text="Every entry, not only the best of each team; see rank_all.")
    division = serializers.ChoiceField(
        choices=Division.values, default=Division.CLOSED.value, help_text="Each division has ranks of its own."
    )


class CheckedQuery:
    """Refuses query parameters that ``query_class`` doesn't declare, which is for reading; others have none.

    ``asked`` has their values.
    """

    query_class: type[Query] = Query
    asked: Mapping[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        self.asked = checked(request.query_params, self.query_class if request.method in SAFE_METHODS else Query)


class View(CheckedQuery, APIView):
    """One thing."""


class ListView(CheckedQuery, ListAPIView[Row]):
    """A page of rows."""

    query_class: type[Query] = PageQuery


def checked(given: QueryDict, form: type[Query]) -> Mapping[str, Any]:
    """The values of the parameters of ``form``: those that are given or have a default.

    Raises:
        ValidationError: a name is unknown, given twice, or without a value; or a value is invalid.
    """
    asked = form(data=given.dict())
    known = sorted(asked.fields)
    problems: dict[str, list[str]] = {}
    for name, values in given.lists():
        if name not in known:
            problems[name] = [f"There is no such parameter. This takes {', '.join(known) or 'none'}."]
        elif len(values) != 1:
            problems[name] = ["It is given more than once."]
        elif values == [""]:
            problems[name] = ["It is empty. Leave it out or give it a value."]
    if not asked.is_valid():
        problems = {**asked.errors, **problems}
    if problems:
        raise ValidationError(problems)
    values_of: Mapping[str, Any] = asked.validated_data
    return values_of
