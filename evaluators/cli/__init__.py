"""Groups of commands of ``python -m evaluators``, each in a module of its own."""
