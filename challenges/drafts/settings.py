"""The settings of a challenge that are neither texts nor phases: who may see it, and where its forum is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from challenges.drafts.drafts import ChangedMeanwhile
from challenges.members.locking import locked
from challenges.members.roles import may_organize, require
from challenges.models import Act, AuditEntry, Challenge
from challenges.models.challenge import Visibility
from evaluators.problems import Problem, ProblemsError, quoted

MAX_URL = 300
_is_web_address = URLValidator(schemes=["http", "https"])


class SettingsError(ProblemsError):
    """A setting is invalid."""


def settings_mark(challenge: Challenge) -> str:
    """Changes as soon as one of the settings does."""
    return f"{challenge.visibility} {challenge.forum_url}"


def save_settings(challenge: Challenge, *, visibility: str, forum_url: str, seen: str, by: Any) -> None:
    """Change who may see the challenge, and the address of its forum, which may be empty.

    ``seen`` is what ``settings_mark`` returned when the form was shown.

    Raises:
        ChangedMeanwhile: somebody else has changed a setting since.
        SettingsError: a setting is invalid.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with locked(challenge) as current:
        require(may_organize, by, current)
        _refuse([*_visibility_problems(visibility), *_forum_problems(forum_url)])
        if settings_mark(current) != seen:
            raise ChangedMeanwhile
        Challenge.objects.filter(pk=current.pk).update(visibility=visibility, forum_url=forum_url)
        AuditEntry.objects.record(current, Act.SETTINGS, f"{visibility}, forum: {forum_url or 'none'}", by=by)


def save_forum(challenge: Challenge, forum_url: str, *, by: Any) -> None:
    """Change only the address of the forum; empty removes it.

    Raises:
        SettingsError: it is not the address of a web page.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with locked(challenge) as current:
        require(may_organize, by, current)
        _refuse([*_forum_problems(forum_url)])
        Challenge.objects.filter(pk=current.pk).update(forum_url=forum_url)
        AuditEntry.objects.record(current, Act.SETTINGS, f"forum: {forum_url or 'none'}", by=by)


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise SettingsError(problems)


def _visibility_problems(visibility: str) -> Iterator[Problem]:
    if visibility not in Visibility.values:
        message = f"{quoted(visibility)} is not one of its values."
        yield Problem(message, f"Use one of {', '.join(Visibility.values)}.", field="visibility")


def _forum_problems(forum_url: str) -> Iterator[Problem]:
    if len(forum_url) > MAX_URL:
        yield Problem("the address is too long.", f"Use at most {MAX_URL} characters.", field="forum_url")
    elif forum_url:
        try:
            _is_web_address(forum_url)
        except ValidationError:
            advice = "Use an address like https://forum.example.org."
            yield Problem(f"{quoted(forum_url)} is not the address of a page.", advice, field="forum_url")
