"""The wizard that creates a challenge: one module for each step, with its form and its page."""
