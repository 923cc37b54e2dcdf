"""Defines what a challenge is, checks submissions to it and scores them.

This package is plain Python: it doesn't depend on Django, accounts or the network. Each folder is a room with one job;
``tests/architecture/rooms_evaluators.py`` says which rooms may import which. The site imports only the rooms' public
faces (what each ``__init__`` exports); none of them loads scikit-learn or faiss. ``python -m evaluators`` runs the same
code from a shell.
"""
