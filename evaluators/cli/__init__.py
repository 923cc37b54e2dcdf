"""The command line: ``main``, its groups of commands, and ``inside``, which starts it in the sandbox."""
