"""The fixed models: what every submission of a challenge is trained with, so that only the data differ."""
