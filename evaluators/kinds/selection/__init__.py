"""*Selection*: choose the rows of a pool on which a fixed model is trained."""
