"""Database queries for the pages, one module for each subject."""
