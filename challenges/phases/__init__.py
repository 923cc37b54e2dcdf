"""Phases as rows: creating them from a bundle, adding and changing one, their rounds, and the lock of a phase.

The rules are in ``evaluators.specification``. An act that also concerns a board or announces something is in
``leaderboard.organizing.phases``.
"""
