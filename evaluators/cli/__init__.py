"""``python -m evaluators``: ``main``, the groups of commands, and ``inside``, which starts it in the sandbox."""
