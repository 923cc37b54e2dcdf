"""Baselines of selection. If the pool has no labels, a row gets the label of its nearest example."""
