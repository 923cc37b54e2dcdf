"""Scoring one submission: queueing it, its input and output, and recording the result."""
