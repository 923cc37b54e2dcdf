"""Addresses of the pages."""

from django.urls import path

from frontend.views import board, challenge, home, reviews, submissions, tokens, upload

app_name = "frontend"

urlpatterns = [
    path("", home.home, name="home"),
    path("favicon.ico", home.favicon),
    path("theme", home.set_theme, name="theme"),
    path("accounts/tokens/", tokens.tokens, name="tokens"),
    path("accounts/tokens/<int:pk>/revoke", tokens.revoke, name="token-revoke"),
    path("challenges/<slug:slug>/", challenge.detail, name="challenge"),
    path("challenges/<slug:slug>/files/<path:name>", challenge.file, name="file"),
    path("challenges/<slug:slug>/rows/", challenge.rows, name="rows"),
    path("challenges/<slug:slug>/leaderboard/", board.leaderboard, name="leaderboard"),
    path("challenges/<slug:slug>/decisions/", reviews.decisions, name="decisions"),
    path("challenges/<slug:slug>/submit", upload.upload, name="submit"),
    path("challenges/<slug:slug>/check", upload.instant_check, name="check"),
    path("submissions/", submissions.own, name="submissions"),
    path("submissions/<uuid:pk>/", submissions.detail, name="submission"),
    path("submissions/<uuid:pk>/decide", reviews.add, name="decide"),
    path("submissions/<uuid:pk>/cancel", submissions.cancel, name="submission-cancel"),
    path("submissions/<uuid:pk>/result.json", submissions.result, name="submission-result"),
    path("submissions/<uuid:pk>/files/<str:name>", submissions.file, name="submission-file"),
]
