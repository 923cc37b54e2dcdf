"""Rows of what organizers define: challenges, phases, data, drafts and roles."""

from challenges.models.announcement import Announcement
from challenges.models.audit import Act, AuditEntry
from challenges.models.challenge import Challenge
from challenges.models.dataset import DataFile, DatasetVersion, Split
from challenges.models.draft import Acknowledgement, Draft, DraftFile, Readiness
from challenges.models.organizer import Organizer
from challenges.models.phase import Phase
from challenges.models.role import Invitation, Role, RulesAcceptance
from challenges.models.round import Round
from challenges.models.title import TitleKey

__all__ = [
    "Acknowledgement",
    "Act",
    "Announcement",
    "AuditEntry",
    "Challenge",
    "DataFile",
    "DatasetVersion",
    "Draft",
    "DraftFile",
    "Invitation",
    "Organizer",
    "Phase",
    "Readiness",
    "Role",
    "Round",
    "RulesAcceptance",
    "Split",
    "TitleKey",
]
