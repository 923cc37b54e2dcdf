"""The life of an evaluation (claim, lease, result, hand-back, recovery), and the order of the queue."""
