"""A data folder made by an older version of the site, and what that version answered."""
