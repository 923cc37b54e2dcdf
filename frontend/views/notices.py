"""The user's notices."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from leaderboard.models import User
from leaderboard.notifications.outbox import mark_seen, readable
from leaderboard.notifications.pages import path_of

PAGE = 50


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """All notices, newest first. Those that arrived since the last visit are highlighted once, then count as seen."""
    user = cast(User, request.user)
    listed = readable(user).select_related("challenge")
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    fresh = max(0, user.unread_notices - (page.number - 1) * PAGE)
    shown = [(notice, path_of(notice.path), number < fresh) for number, notice in enumerate(page.object_list)]
    mark_seen(user)
    response = render(request, "frontend/notices.html", {"page": page, "notices": shown})
    add_never_cache_headers(response)
    return response
