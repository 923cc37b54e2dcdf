"""What organizers provide: drafts, texts, and bundles with the data."""
