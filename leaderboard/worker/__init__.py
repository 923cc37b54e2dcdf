"""What a worker process runs besides its tasks: heartbeat, maintenance, and stopping."""
