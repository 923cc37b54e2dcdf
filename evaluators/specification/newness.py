"""Whether a specification is only now taken, or was stored earlier.

A rule that an earlier version of this program didn't have applies to what is new: a bundle that is checked or taken, a
draft that is built. What was stored before must still open, so it is read without that rule.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationInfo


def reading_context(*, new: bool) -> dict[str, Any]:
    """The context of a validation, for ``is_new`` and ``is_stored``."""
    return {"new": new}


def is_new(info: ValidationInfo) -> bool:
    """Whether the validated specification is new. A copy of a specification isn't."""
    return bool(info.context and info.context.get("new"))


def is_stored(info: ValidationInfo) -> bool:
    """Whether it was accepted before. What is made in code, without a context, is neither stored nor new."""
    return bool(info.context and not info.context.get("new"))
