"""Acquisition: in each marketplace, say how many rows to buy from each seller within a budget."""
