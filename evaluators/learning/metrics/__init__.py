"""The metrics: each is one object that says what it is and how it is computed, in a module of its own."""
