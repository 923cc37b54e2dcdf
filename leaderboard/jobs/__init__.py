"""The one life of all work outside of requests: queue, claim, lease, end, retry and recovery. It knows no kind of job."""
