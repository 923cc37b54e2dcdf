"""The fixed models: all submissions of a challenge train the same model, so that only the data differ."""
