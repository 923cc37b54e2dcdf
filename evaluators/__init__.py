"""What a challenge is, how a submission to it is checked and how it is scored.

This package is plain Python: it knows nothing of Django, of accounts or of the network. Each folder is a room with one
job; ``tests/architecture/rooms_evaluators.py`` has their floors. The site imports the rooms' public faces (what their
``__init__`` gives) and nothing deeper; none of them loads scikit-learn or faiss. ``python -m evaluators`` is the same
code at a shell.
"""
