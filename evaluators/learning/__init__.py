"""The fixed models, the metrics, and the conditions under which both give the same bits.

What is imported here loads no library: models and metrics are loaded on use.
"""

from evaluators.learning.metric_names import CLASSIFICATION, METRICS, Direction, MetricInfo

__all__ = ["CLASSIFICATION", "METRICS", "Direction", "MetricInfo"]
