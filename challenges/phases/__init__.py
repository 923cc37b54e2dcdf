"""Phases: creating them, the rules for changing them, and the lock of a phase."""
