"""Finding a challenge for somebody, in the API and on pages alike."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from challenges.models import Challenge


def visible_challenge(user: Any, slug: str) -> Challenge:
    """With its phases and their data.

    Raises:
        Http404: there is none, or ``user`` may not know of it; the answer is the same.
    """
    found = Challenge.objects.visible_to(user).prefetch_related("phases__dataset_version").filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such challenge.")
    return found
