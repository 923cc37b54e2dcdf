"""How many bytes an account stores as an organizer: the files and the data of all challenges that it owns."""

from __future__ import annotations

from django.conf import settings

from challenges.models import Challenge, DataFile, DraftFile, Role
from challenges.models.role import RoleName
from evaluators.problems import BundleError, Problem

MIB = 1024 * 1024


def organized_bytes(user_id: int) -> int:
    """The bytes in the challenges that this account owns. A file that several versions share counts once."""
    owned = Challenge.objects.filter(roles__user=user_id, roles__name=RoleName.OWNER)
    files = {
        *DraftFile.objects.filter(draft__challenge__in=owned).order_by().values_list("sha256", "size"),
        *DataFile.objects.filter(dataset_version__challenge__in=owned).order_by().values_list("sha256", "size"),
    }
    return sum(size for _, size in files)


def refuse_too_many_bytes(user_id: int, more: int) -> None:
    """Raise BundleError: with ``more`` bytes this account would store more than one may as an organizer."""
    limit: int = settings.ACCOUNT_STORAGE_BYTES
    stored = organized_bytes(user_id)
    if stored + more > limit:
        what = f"your challenges hold {stored / MIB:,.0f} MiB; with this it would be more than {limit / MIB:,.0f} MiB."
        raise BundleError(Problem(what, "Delete drafts or files that you no longer need.", field="files"))


def owners_of(challenge: Challenge) -> list[int]:
    """The accounts for which the bytes of this challenge count."""
    rows = Role.objects.filter(challenge=challenge, name=RoleName.OWNER)
    return list(rows.values_list("user_id", flat=True))
