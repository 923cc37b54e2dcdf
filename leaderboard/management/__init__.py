"""Commands for operators, and the demo that one of them loads."""
