"""The organizer's way from files to a published challenge: one module for each step, its form and its page."""
