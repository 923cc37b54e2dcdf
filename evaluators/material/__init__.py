"""An organizer's raw rows with ids, labels and vectors: assembled from files, split, and written as tables."""
