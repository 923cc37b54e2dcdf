"""The boards of a challenge in the form that an archive keeps."""

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
        """Every board of every phase, older versions too, in canonical JSON.

        The bytes are those of ``board.json`` in the challenge's archive, also on a site that imported it.
        """
        document = read_boards(visible_challenge(request.user, slug))
        return HttpResponse(canonical(document), content_type="application/json")
