"""The lock under which a rule about a row is checked and its outcome written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import transaction
from django.db.models import Model
from django.http import Http404

Row = TypeVar("Row", bound=Model)


@contextmanager
def locked(row: Row) -> Iterator[Row]:
    """A transaction in which this row is locked; yields the row as it is now.

    Check permissions and count limits inside, on the row that they belong to (a team, a challenge, an account): of two
    acts at the same time the second waits, and then sees what the first has written. Rows that refer to this one can
    still be inserted (``FOR NO KEY UPDATE``).

    To lock several, take them in this order, since other orders could deadlock: teams, a challenge, its phases,
    accounts. Accounts are last because many acts end with a notice, which counts in its reader's account.

    Raises:
        Http404: the row was deleted meanwhile.
    """
    with transaction.atomic():
        # ``__class__`` and not ``type()``: the account of a request is a lazy object.
        found = row.__class__._base_manager.select_for_update(no_key=True).filter(pk=row.pk).first()
        if found is None:
            raise Http404("It was deleted meanwhile.")
        yield found
