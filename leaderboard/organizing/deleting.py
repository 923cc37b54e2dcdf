"""Deleting a draft, together with what its dry runs submitted."""

from __future__ import annotations

from django.db import transaction

from challenges.drafts.drafts import delete_draft
from challenges.models import Challenge
from leaderboard.organizing.dryrun import forget


def delete_challenge(challenge: Challenge) -> None:
    """Delete a challenge that was never published, with all that belongs to it.

    Raises:
        BundleError: it is or was published, or it has submissions other than those of its dry runs.
    """
    with transaction.atomic():
        # The dry runs' own submissions would prevent the deletion.
        forget(challenge.phases.select_related("challenge"))
        delete_draft(challenge)
