"""Baselines of acquisition: ways to spend the budget that use only public data."""
