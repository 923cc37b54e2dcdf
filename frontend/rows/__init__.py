"""Reading public rows of a challenge for its pages, and drawing their pictures."""
