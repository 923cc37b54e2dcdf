from leaderboard.models.board import BoardEntry
from leaderboard.models.evaluation import Evaluation, Score, StatusChange
from leaderboard.models.submission import Submission, SubmissionFile
from leaderboard.models.team import Membership, Team
from leaderboard.models.token import ApiToken
from leaderboard.models.user import User
from leaderboard.models.worker import WorkerPulse

__all__ = [
    "ApiToken",
    "BoardEntry",
    "Evaluation",
    "Membership",
    "Score",
    "StatusChange",
    "Submission",
    "SubmissionFile",
    "Team",
    "User",
    "WorkerPulse",
]
