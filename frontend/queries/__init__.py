"""What pages read from the database, one module for each subject."""
