"""The OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from leaderboard.api.documents import sent_header
from leaderboard.api.queries import CheckedQuery, Query


class SchemaQuery(Query):
    format = serializers.ChoiceField(
        choices=["yaml", "json"], required=False, help_text="Without it, what Accept asks for, or else YAML."
    )


class SchemaDocument(CheckedQuery, SpectacularAPIView):
    query_class = SchemaQuery

    @extend_schema(
        operation_id="schema_retrieve",
        parameters=[sent_header("Content-Disposition", 200)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """This document."""
        found: Response = super().get(request, *args, **kwargs)
        return found

    def get_renderers(self) -> list[BaseRenderer]:
        renderers: list[BaseRenderer] = super().get_renderers()
        # This is asked before the query is checked; the document itself is made without a request.
        asked = self.request.query_params.get("format") if self.request else None
        return [renderer for renderer in renderers if renderer.format == asked] or renderers
