"""Baselines of acquisition: ways of spending a budget that look at nothing but what is public."""
