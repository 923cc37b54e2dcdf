"""The organizers' side: bundles, drafts, dry runs and announcements."""
