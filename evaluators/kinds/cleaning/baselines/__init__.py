"""Baselines of cleaning challenges: each says how suspicious the label of every training row is."""
