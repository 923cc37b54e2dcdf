"""Baselines: what anyone could submit without an idea of their own, scored through the same door as everyone else.

A baseline sees only what a participant sees.
"""
