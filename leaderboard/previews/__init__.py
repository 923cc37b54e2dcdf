"""Previews of public rows: a job reads them in the sandbox once, and pages load them from the object store."""
