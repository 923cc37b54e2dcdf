"""The operator's side in Django's admin. A status changes only through ``leaderboard.jobs.transitions``."""

from leaderboard.admin.accounts import ApiTokenAdmin, RatchetUserAdmin, TeamAdmin
from leaderboard.admin.decisions import DecisionAdmin
from leaderboard.admin.evaluations import EvaluationAdmin
from leaderboard.admin.jobs import JobAdmin, WorkerHeartbeatAdmin
from leaderboard.admin.submissions import SubmissionAdmin

__all__ = [
    "ApiTokenAdmin",
    "DecisionAdmin",
    "EvaluationAdmin",
    "JobAdmin",
    "RatchetUserAdmin",
    "SubmissionAdmin",
    "TeamAdmin",
    "WorkerHeartbeatAdmin",
]
