"""Commands for operators, and the demo that they load."""
