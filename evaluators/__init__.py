"""What a challenge is, how a submission to it is checked and how it is scored.

This room is plain Python: it knows nothing of Django, of accounts or of the network. The site calls it through the
names in ``specification``, ``errors``, ``uploads``, ``dataset``, ``prepared``, ``checking``, ``result``, ``registry``,
``metric_names`` and ``sandbox`` (the *contract*), none of which imports scikit-learn or faiss; ``python -m evaluators``
is the same code at a shell.
"""
