"""Accepting submissions, their limits, the names of their files, and their export."""
