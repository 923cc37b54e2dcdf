"""Baselines of cleaning: each rates how suspicious the label of every training row is."""
