"""A data folder written by an older version of the site, and what that version answered."""
