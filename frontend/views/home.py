from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from frontend.display.themes import COOKIE, MAX_AGE, THEMES
from frontend.queries.challenges import home_cards


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    cards = home_cards(request.user)
    groups = [
        ("Running now", [card for card in cards if card.state == "open"]),
        ("Coming", [card for card in cards if card.state == "upcoming"]),
        ("Closed", [card for card in cards if card.state == "closed"]),
    ]
    return render(request, "frontend/home.html", {"groups": [(title, some) for title, some in groups if some]})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For pages that don't link to an icon, like those of the API's documentation."""
    return HttpResponseRedirect(static("frontend/img/favicon.svg"))


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark; any other value clears the choice."""
    chosen = request.POST.get("theme", "")
    if chosen not in (*THEMES, "system"):
        return HttpResponseBadRequest("There is no such theme.", content_type="text/plain")
    back = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if allowed else "/")
    if chosen in THEMES:
        response.set_cookie(COOKIE, chosen, max_age=MAX_AGE, secure=request.is_secure(), httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
