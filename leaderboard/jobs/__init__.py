"""The one life of all work outside of requests: queue, claim, lease, end, retry, recovery. It knows no kinds."""
