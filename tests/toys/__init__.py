"""Things that a contributor might add, each in one file: tests register them and walk them through the product."""
