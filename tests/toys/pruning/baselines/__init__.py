"""The baselines of a pruning challenge."""
