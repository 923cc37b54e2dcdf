"""Choosing the form of an answer."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AnyForm(DefaultContentNegotiation):
    """Sends what there is where nothing that ``Accept`` names is there, as RFC 9110 (12.4.1) allows.

    DRF knows only of JSON: it would refuse a client that accepts ``text/csv`` where a CSV is, or only the type of a
    file where the file is.
    """

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            return renderers[0], renderers[0].media_type
