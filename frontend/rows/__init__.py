"""Public rows of a challenge, read for its pages, and their pictures."""
