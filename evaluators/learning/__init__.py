"""The fixed models, the metrics, and the settings that make both reproducible bit by bit.

Importing this package loads no library: models and metrics are loaded when they are used.
"""

from evaluators.learning.metric_names import CLASSIFICATION, METRICS, Direction, MetricInfo

__all__ = ["CLASSIFICATION", "METRICS", "Direction", "MetricInfo"]
