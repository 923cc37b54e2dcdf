from csp.decorators import csp_update
from django.urls import path
from drf_spectacular.views import SpectacularSwaggerSplitView

from leaderboard.api import schema as _schema  # noqa: F401 — registers itself with drf-spectacular
from leaderboard.api.audit import ChallengeLog
from leaderboard.api.board import Leaderboard, LeaderboardCsv
from leaderboard.api.boarddocument import BoardDocument
from leaderboard.api.boardversions import BoardChangesCsv, BoardVersionDetail, BoardVersions
from leaderboard.api.bundles import ChallengesAndBundles
from leaderboard.api.challenges import ChallengeCheck, ChallengeDetail, ChallengeFile, ChallengeFiles
from leaderboard.api.decisions import ChallengeDecisions
from leaderboard.api.jobs import JobDetail
from leaderboard.api.schemadocument import SchemaDocument
from leaderboard.api.submissions import ChallengeSubmissions, SubmissionDetail, SubmissionList

app_name = "api"

# Swagger UI sets inline styles.
_docs = csp_update({"style-src": ["'self'", "'unsafe-inline'"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api:schema", http_method_names=["get", "head"])
)

urlpatterns = [
    path("schema/", SchemaDocument.as_view(), name="schema"),
    path("docs/", _docs, name="docs"),
    path("challenges/", ChallengesAndBundles.as_view(), name="challenge-list"),
    path("challenges/<slug:slug>/", ChallengeDetail.as_view(), name="challenge-detail"),
    path("challenges/<slug:slug>/files/", ChallengeFiles.as_view(), name="challenge-files"),
    path("challenges/<slug:slug>/files/<path:name>", ChallengeFile.as_view(), name="challenge-file"),
    path("challenges/<slug:slug>/check/", ChallengeCheck.as_view(), name="challenge-check"),
    path("challenges/<slug:slug>/submissions/", ChallengeSubmissions.as_view(), name="challenge-submissions"),
    path("challenges/<slug:slug>/leaderboard/", Leaderboard.as_view(), name="challenge-leaderboard"),
    path("challenges/<slug:slug>/leaderboard/versions/", BoardVersions.as_view(), name="challenge-board-versions"),
    path(
        "challenges/<slug:slug>/leaderboard/versions/<int:number>/",
        BoardVersionDetail.as_view(),
        name="challenge-board-version",
    ),
    path(
        "challenges/<slug:slug>/leaderboard/versions/<int:number>/changes.csv",
        BoardChangesCsv.as_view(),
        name="challenge-board-changes-csv",
    ),
    path("challenges/<slug:slug>/leaderboard.csv", LeaderboardCsv.as_view(), name="challenge-leaderboard-csv"),
    path("challenges/<slug:slug>/board.json", BoardDocument.as_view(), name="challenge-board"),
    path("challenges/<slug:slug>/decisions/", ChallengeDecisions.as_view(), name="challenge-decisions"),
    path("challenges/<slug:slug>/log/", ChallengeLog.as_view(), name="challenge-log"),
    path("jobs/<int:pk>/", JobDetail.as_view(), name="job"),
    path("submissions/", SubmissionList.as_view(), name="submission-list"),
    path("submissions/<uuid:pk>/", SubmissionDetail.as_view(), name="submission-detail"),
]
