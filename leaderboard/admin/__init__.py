"""The operator's side in Django's admin. A status changes only through ``leaderboard.jobs.transitions``."""

from leaderboard.admin.accounts import ApiTokenAdmin, RatchetUserAdmin, TeamAdmin
from leaderboard.admin.decisions import AnnouncementAdmin, DecisionAdmin
from leaderboard.admin.evaluations import EvaluationAdmin
from leaderboard.admin.jobs import JobAdmin, WorkerHeartbeatAdmin
from leaderboard.admin.organizers import OrganizerAdmin
from leaderboard.admin.submissions import SubmissionAdmin

__all__ = [
    "AnnouncementAdmin",
    "ApiTokenAdmin",
    "DecisionAdmin",
    "EvaluationAdmin",
    "JobAdmin",
    "OrganizerAdmin",
    "RatchetUserAdmin",
    "SubmissionAdmin",
    "TeamAdmin",
    "WorkerHeartbeatAdmin",
]
