from __future__ import annotations

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    last_page_strings = ()


class BoardPages(Pages):
    """A page of a board: its rows are under ``entries``, next to what they are ranked by."""

    page_size = 100

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        response.data["entries"] = response.data.pop("results")
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = super().get_paginated_response_schema(schema)
        described["properties"]["entries"] = described["properties"].pop("results")
        described["required"] = ["count", "entries"]
        described["properties"] |= {
            name: {"type": "string"} for name in ("challenge", "phase", "metric", "direction", "rule")
        }
        described["properties"]["official"] = {"type": "boolean", "description": "False: results may still change."}
        described["properties"]["division"] = {"type": "string", "description": "closed or open"}
        described["properties"]["frozen"] = {"type": "boolean", "description": "Later entries show after the end."}
        described["properties"]["withdrawn"] = {
            "type": "array",
            "items": {"type": "object", "additionalProperties": {"type": "string"}},
            "description": "Entries without a place: withdrawn or disqualified, with the reason in the decisions.",
        }
        return described
