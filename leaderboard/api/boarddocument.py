"""The boards of a challenge in the form that its archive contains."""

from __future__ import annotations

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from challenges.members.visibility import visible_challenge
from leaderboard.api.documents import describes_document, send_document
from leaderboard.api.queries import View
from leaderboard.boards.canonical import canonical
from leaderboard.boards.document import phases_of, read_boards
from leaderboard.boards.prepared import challenge_inputs, prepared


class BoardDocument(View):
    @describes_document(OpenApiTypes.OBJECT, media_type="application/json")
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """All boards of all phases, including older versions, as canonical JSON.

        The bytes are the same as ``board.json`` in the challenge's archive, also on a site that imported the archive.
        """
        challenge = visible_challenge(request.user, slug)
        document = prepared(
            "board.json",
            [challenge.slug, challenge_inputs(phases_of(challenge))],
            lambda: [canonical(read_boards(challenge))],
        )
        return send_document(request, document, media_type="application/json")
