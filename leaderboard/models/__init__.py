"""The tables for teams, submissions, jobs, evaluations, boards and workers, with their statuses and constraints."""

from leaderboard.models.board import BoardEntry, BoardVersion
from leaderboard.models.counter import Counter
from leaderboard.models.decision import Decision
from leaderboard.models.evaluation import Evaluation, Score
from leaderboard.models.job import Job, JobFile, Lane, StatusChange
from leaderboard.models.name import NameKey
from leaderboard.models.notice import Mute, Notice
from leaderboard.models.submission import Division, Standing, Submission, SubmissionFile
from leaderboard.models.team import Entrant, Membership, Team, TeamInvitation
from leaderboard.models.token import ApiToken
from leaderboard.models.user import User
from leaderboard.models.worker import WorkerHeartbeat

__all__ = [
    "ApiToken",
    "BoardEntry",
    "BoardVersion",
    "Counter",
    "Decision",
    "Division",
    "Entrant",
    "Evaluation",
    "Job",
    "JobFile",
    "Lane",
    "Membership",
    "Mute",
    "NameKey",
    "Notice",
    "Score",
    "Standing",
    "StatusChange",
    "Submission",
    "SubmissionFile",
    "Team",
    "TeamInvitation",
    "User",
    "WorkerHeartbeat",
]
