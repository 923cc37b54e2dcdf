"""The one life of work: claimed under a lease, kept, finished or handed back, recovered; and the order of the queue."""
