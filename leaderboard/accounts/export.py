"""Everything that the site has about an account, as plain data for its owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils import timezone

from challenges.models import Role, RulesAcceptance
from leaderboard.boards.rows import moment
from leaderboard.evaluations.shown import shown_moment
from leaderboard.models import ApiToken, Membership, Mute, Notice, Submission, User

FORMAT = 1


def account_data(user: User) -> dict[str, Any]:
    """Profile, addresses, ways to sign in, sessions, tokens, teams, roles, entries and notices; times in UTC.

    Nothing in it opens the account: no hashes, secrets, session keys or digests.
    """
    return {
        "format": FORMAT,
        "exported": moment(timezone.now()),
        "profile": _profile(user),
        "email_addresses": _rows(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
        "second_factors": _rows(Authenticator.objects.filter(user=user), "type", "created_at", "last_used_at"),
        "sign_in_providers": _rows(
            SocialAccount.objects.filter(user=user), "provider", "uid", "date_joined", "last_login", "extra_data"
        ),
        "sessions": _rows(UserSession.objects.filter(user=user), "ip", "user_agent", "created_at", "last_seen_at"),
        "api_tokens": _rows(
            ApiToken.objects.filter(user=user), "name", "hint", "scopes", "created_at", "expires_at", "last_used_at"
        ),
        "teams": [
            {"team": found.team.name, "slug": found.team.slug, "role": found.role, "since": moment(found.created_at)}
            for found in Membership.objects.filter(user=user).select_related("team").order_by("pk")
        ],
        "roles": [
            {"challenge": found.challenge.slug, "role": found.name, "since": moment(found.created_at)}
            for found in Role.objects.filter(user=user).select_related("challenge")
        ],
        "accepted_rules": [
            {"challenge": found.challenge.slug, "rules_sha256": found.rules_sha256, "at": moment(found.accepted_at)}
            for found in RulesAcceptance.objects.filter(user=user).select_related("challenge")
        ],
        "submissions": [_submission(found, user) for found in _submissions(user)],
        "notices": _rows(Notice.objects.filter(user=user), "title", "body", "created_at", "mailed_at"),
        "muted": [
            found.challenge.slug if found.challenge is not None else "everything"
            for found in Mute.objects.filter(user=user).select_related("challenge").order_by("pk")
        ],
    }


def _profile(user: User) -> dict[str, Any]:
    return {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "is_staff": user.is_staff,
        "joined": moment(user.date_joined),
        "last_login": moment(user.last_login),
    }


def _submissions(user: User) -> Any:
    """Those that the user may read: of their teams, and those they sent that the board shows."""
    own = Q(pk__in=Submission.objects.owned_by(user).values("pk"))
    sent = Q(created_by=user, pk__in=Submission.objects.viewable_by(user).values("pk"))
    return Submission.objects.filter(own | sent).with_summary().prefetch_related("files").order_by("created_at", "pk")


def _submission(found: Submission, user: User) -> dict[str, Any]:
    evaluation = found.evaluation
    return {
        "id": str(found.pk),
        "challenge": found.phase.challenge.slug,
        "phase": found.phase.name,
        "team": found.team.name,
        "name": found.name,
        "sent_by_you": found.created_by_id == user.pk,
        "division": found.division,
        "standing": found.standing,
        "submitted": moment(found.created_at),
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in found.files.all()],
        "status": evaluation.status if evaluation is not None else None,
        "score": evaluation.score if evaluation is not None else None,
        "message": evaluation.message if evaluation is not None else "",
    }


def _rows(rows: Any, *fields: str) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in rows.order_by("pk").values(*fields)]


def _plain(value: Any) -> Any:
    # To the second: from the submission to its notice, exact moments would tell how long it was scored.
    return moment(shown_moment(value)) if isinstance(value, datetime) else value
