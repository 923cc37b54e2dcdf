"""What a worker process runs: its slots with their jobs, heartbeat and maintenance, and stopping."""
