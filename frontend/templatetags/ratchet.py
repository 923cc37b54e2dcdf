"""Template filters and tags that show numbers, times, sizes and names the same everywhere."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from challenges.members.roles import may_organize
from challenges.models import Challenge
from evaluators.kinds import kind_named
from evaluators.registry import METRICS
from evaluators.specification import DOMAINS, KINDS
from evaluators.submissions import readable_size
from frontend.display.browsers import browser_name
from frontend.display.themes import chosen_theme
from frontend.kinds.sellers import amount
from leaderboard.texts import rendered

register = template.Library()

DECIMALS = 4
"""Of a number that is no metric. All values of a metric have the same, so that decimal points line up in a column."""

register.filter("markdown", rendered)
register.filter("amount", amount)
register.filter("browser", browser_name)


@register.simple_tag
def score(value: float | None, metric: str = "") -> SafeString:
    """A score in the column's precision, with the exact number on hover."""
    if value is None or not math.isfinite(value):
        return format_html('<span class="quiet">{}</span>', "—")
    declared = METRICS.get(metric)
    if declared is not None and declared.is_money:
        shown = f"{value:,.2f}"
    else:
        shown = f"{value:.{declared.decimals if declared else DECIMALS}f}"
    shown = shown.replace("-", "−")
    return format_html('<data value="{0}" title="{0}">{1}</data>', repr(value), shown)


@register.simple_tag
def when(moment: datetime | None, style: str = "time") -> SafeString:
    """A time in UTC, as text and on hover; a script rewrites the text in the reader's zone."""
    if moment is None:
        return format_html('<span class="quiet">{}</span>', "–")
    utc = moment.astimezone(UTC)
    shown = f"{utc.day} {utc:%b %Y}" if style == "date" else f"{utc.day} {utc:%b %Y, %H:%M} UTC"
    return format_html(
        '<time datetime="{}" title="{}" data-style="{}">{}</time>',
        utc.isoformat(timespec="seconds").replace("+00:00", "Z"),
        f"{utc:%Y-%m-%d %H:%M:%S} UTC",
        style,
        shown,
    )


@register.filter
def size(value: int) -> str:
    """A number of bytes in a readable unit."""
    return f"{value} B" if value < 1024 else readable_size(value)


@register.filter
def short_hash(value: str) -> str:
    return f"{value[:12]}…" if len(value) > 12 else value


@register.filter
def seconds(value: float) -> str:
    """A duration: ``12 ms``, ``1.84 s``."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


@register.filter
def about(duration: timedelta) -> str:
    """A duration that is only estimated: ``5 seconds``, ``3 minutes``, ``2 hours``."""
    seconds = max(1, round(duration.total_seconds()))
    for unit, size in (("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    raise AssertionError("at least one second")


@register.filter
def metric_title(name: str) -> str:
    return METRICS[name].title if name in METRICS else name.replace("_", " ")


@register.filter
def metric_meaning(name: str) -> str:
    return METRICS[name].meaning if name in METRICS else ""


@register.filter
def kind_title(name: str) -> str:
    return kind_named(name).title if name in KINDS else name


@register.filter
def kind_meaning(name: str) -> str:
    return kind_named(name).meaning if name in KINDS else ""


@register.filter
def domain_title(name: str) -> str:
    return DOMAINS.get(name, name)


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """``mapping[key]``, or None."""
    return mapping.get(key)


@register.filter
def times(count: int) -> range:
    return range(count)


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """``light``, ``dark`` or empty. Error pages may have no request."""
    return chosen_theme(context.get("request"))


@register.simple_tag(takes_context=True)
def organizes(context: Context, challenge: Challenge) -> bool:
    """Whether the reader may organize the challenge. One query for signed-in users, none for visitors."""
    user = context.get("user")
    return user is not None and may_organize(user, challenge)


@register.simple_tag
def mail_is_printed() -> bool:
    """True in the demo, where the web server prints e-mails instead of sending them."""
    return settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend"
