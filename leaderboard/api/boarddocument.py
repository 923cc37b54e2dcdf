"""The boards of a challenge in the form that its archive contains."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from challenges.members.visibility import visible_challenge
from leaderboard.boards.document import canonical, read_boards


class BoardDocument(APIView):
    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, slug: str) -> HttpResponse:
        """All boards of all phases, including older versions, as canonical JSON.

        The bytes are the same as ``board.json`` in the challenge's archive, also on a site that imported the archive.
        """
        document = read_boards(visible_challenge(request.user, slug))
        return HttpResponse(canonical(document), content_type="application/json")
