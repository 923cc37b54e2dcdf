"""The organizers' door: bundles, drafts, dry runs and announcements."""
