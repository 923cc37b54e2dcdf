"""The organizers' side: bundles, drafts and dry runs."""
