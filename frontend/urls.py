"""Addresses of the pages."""

from django.urls import path, re_path

from frontend.organize import announcing, bundle, mine, operations, rescoring
from frontend.organize.wizard import columns, data, files, phases, readiness, scoring, texts
from frontend.views import (
    announcements,
    board,
    boardversions,
    challenge,
    home,
    mail,
    notices,
    people,
    reviews,
    submissions,
    teams,
    tokens,
    upload,
)

app_name = "frontend"

WAY = "challenges/<slug:slug>/organize/"

urlpatterns = [
    path("", home.home, name="home"),
    path("favicon.ico", home.favicon),
    path("theme", home.set_theme, name="theme"),
    path("accounts/mail/", mail.settings_page, name="mail"),
    path("unsubscribe/<str:token>", mail.unsubscribe, name="unsubscribe"),
    path("accounts/tokens/", tokens.tokens, name="tokens"),
    path("accounts/tokens/<int:pk>/revoke", tokens.revoke, name="token-revoke"),
    path("challenges/<slug:slug>/", challenge.detail, name="challenge"),
    path("challenges/<slug:slug>/files/<path:name>", challenge.file, name="file"),
    path("challenges/<slug:slug>/rows/", challenge.rows, name="rows"),
    path("challenges/<slug:slug>/leaderboard/", board.leaderboard, name="leaderboard"),
    path("challenges/<slug:slug>/leaderboard/versions/", boardversions.versions, name="board-versions"),
    path("challenges/<slug:slug>/leaderboard/versions/<int:number>/", boardversions.version, name="board-version"),
    path(
        "challenges/<slug:slug>/leaderboard/versions/<int:number>/changes/",
        boardversions.changes,
        name="board-changes",
    ),
    path("challenges/<slug:slug>/announcements/", announcements.announcements, name="announcements"),
    path("challenges/<slug:slug>/decisions/", reviews.decisions, name="decisions"),
    path("notices/", notices.notices, name="notices"),
    path("challenges/<slug:slug>/submit", upload.upload, name="submit"),
    path("challenges/<slug:slug>/check", upload.instant_check, name="check"),
    path(f"{WAY}people/", people.people, name="people"),
    path("invitations/<str:secret>/", people.invitation, name="invitation"),
    path("teams/", teams.teams, name="teams"),
    path("teams/<slug:slug>/", teams.team, name="team"),
    path("teams/join/<str:secret>/", teams.join, name="team-join"),
    path("submissions/", submissions.own, name="submissions"),
    path("submissions/<uuid:pk>/", submissions.detail, name="submission"),
    path("submissions/<uuid:pk>/decide", reviews.add, name="decide"),
    path("submissions/<uuid:pk>/cancel", submissions.cancel, name="submission-cancel"),
    path("submissions/<uuid:pk>/result.json", submissions.result, name="submission-result"),
    path("submissions/<uuid:pk>/files/<str:name>", submissions.file, name="submission-file"),
    path("organize/", mine.mine, name="organize"),
    path("organize/new", files.new, name="organize-new"),
    path("organize/bundle", bundle.bundle, name="organize-bundle"),
    path(WAY, mine.go_on, name="organize-challenge"),
    path(f"{WAY}files", files.files, name="organize-files"),
    path(f"{WAY}take-out/<int:pk>", files.remove, name="organize-file-remove"),
    path(f"{WAY}columns", columns.columns, name="organize-columns"),
    path(f"{WAY}scoring", scoring.scoring, name="organize-scoring"),
    path(f"{WAY}build", scoring.build, name="organize-build"),
    path(f"{WAY}texts", texts.texts, name="organize-texts"),
    path(f"{WAY}preview", texts.preview, name="organize-preview"),
    path(f"{WAY}phases", phases.phases, name="organize-phases"),
    path(f"{WAY}phases/new", phases.phase, name="organize-phase-new"),
    path(f"{WAY}phases/<int:pk>", phases.phase, name="organize-phase"),
    path(f"{WAY}phases/<int:pk>/remove", phases.remove, name="organize-phase-remove"),
    path(f"{WAY}data", data.data, name="organize-data"),
    path(f"{WAY}readiness", readiness.readiness, name="organize-readiness"),
    path(f"{WAY}rescoring", rescoring.rescoring, name="organize-rescoring"),
    path(f"{WAY}announcements", announcing.announcing, name="organize-announcements"),
    path(f"{WAY}operations", operations.operations, name="organize-operations"),
    re_path(
        r"^challenges/(?P<slug>[-\w]+)/organize/submissions\.(?P<form>csv|json)$",
        operations.table,
        name="organize-table",
    ),
    path(f"{WAY}archive", operations.archive, name="organize-archive"),
    path(f"{WAY}delete", mine.delete, name="organize-delete"),
]
