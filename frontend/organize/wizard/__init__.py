"""The wizard that makes a challenge: one module for each step, its form and its page."""
