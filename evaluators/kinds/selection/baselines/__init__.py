"""Baselines of selections. Where the pool has no labels, they guess them as the label of the nearest example."""
