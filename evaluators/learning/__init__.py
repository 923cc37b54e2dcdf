"""The fixed models, the metrics, and the settings that make both reproducible bit by bit.

Importing this package loads nothing: the settings must be made before NumPy is loaded. ``evaluators.registry`` exports
the models and metrics.
"""
