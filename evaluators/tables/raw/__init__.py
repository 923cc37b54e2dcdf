"""Read organizers' raw files in batches. The files aren't trusted; unusable files are refused with a reason."""
