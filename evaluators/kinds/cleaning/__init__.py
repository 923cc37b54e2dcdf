"""*Cleaning*: find the wrong labels of a training set, or correct them."""
