"""One package for each kind of challenge: how its submissions are read, checked and scored."""
