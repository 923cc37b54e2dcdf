"""An organizer's raw rows with their ids, labels and vectors: assembled from files, split, written as tables."""
