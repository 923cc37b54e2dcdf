"""Break an act off at each of its queries, as a kill of its process does, and do it again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")


class Killed(BaseException):
    """Nothing catches it, like a kill; what a transaction had written is rolled back."""


def killed_at_each_query(act: Callable[[], object], state: Callable[[], T]) -> Iterator[T]:
    """What ``state`` says after ``act`` was killed before its first query and repeated, before its second, and so on.

    The last one is after an ``act`` that was not killed and was repeated all the same. Each begins with the same rows.
    """
    for number in itertools.count():
        with transaction.atomic():
            ended = _killed_at(number, act)
            act()
            yield state()
            transaction.set_rollback(True)
        if ended:
            return


def _killed_at(number: int, act: Callable[[], object]) -> bool:
    """Do ``act`` and kill it before its query ``number``; True if it has fewer."""
    queries = itertools.count()

    def kill(execute: Callable[..., Any], *arguments: Any) -> Any:
        if next(queries) == number:
            raise Killed
        return execute(*arguments)

    try:
        with connection.execute_wrapper(kill):
            act()
    except Killed:
        return False
    return True
