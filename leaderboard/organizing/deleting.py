"""Deleting a draft, together with what its dry runs submitted."""

from __future__ import annotations

from challenges.drafts.drafts import delete_draft
from challenges.members.locking import locked
from challenges.members.roles import may_own, require
from challenges.models import Challenge
from leaderboard.models import User
from leaderboard.organizing.dryrun import forget


def delete_challenge(challenge: Challenge, *, by: User) -> None:
    """Delete a challenge that was never published, with all that belongs to it.

    Raises:
        BundleError: it is or was published, or it has submissions other than those of its dry runs.
        PermissionDenied: ``by`` doesn't own it.
    """
    with locked(challenge):
        require(may_own, by, challenge)
        # The dry runs' own submissions would prevent the deletion.
        forget(challenge.phases.select_related("challenge"))
        delete_draft(challenge)
