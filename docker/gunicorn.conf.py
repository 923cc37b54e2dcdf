"""gunicorn's settings, in the demo and in the image: threads, because a request waits for the database or the store."""

import signal

worker_class = "gthread"
workers = 1
threads = 8
timeout = 60
graceful_timeout = 10
keepalive = 5
# A slow client must not fill the disk that the tree is on; a memory file system is where gunicorn's heartbeat belongs.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat's file has no content
limit_request_line = 4094
limit_request_fields = 50
accesslog = None
# Nobody steers a running server; it would put a socket into the home folder, which two sites of one user would share.
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """Ctrl-C in a terminal reaches the worker, too; told twice to stop, by its master as well, it may hang."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
