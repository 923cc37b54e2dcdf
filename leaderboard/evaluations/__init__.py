"""The scoring of one submission: how it is queued, what goes in, what comes out, what is recorded."""
