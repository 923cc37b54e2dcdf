"""What organizers write: drafts, texts, and bundles with the data."""
