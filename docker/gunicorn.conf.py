"""Settings of gunicorn, in the demo and in the image. Threads, because requests wait for the database or the store."""

import signal

worker_class = "gthread"
workers = 1
threads = 8
timeout = 60
graceful_timeout = 10
keepalive = 5
# gunicorn's heartbeat belongs on a memory file system: on a slow disk a worker may look dead and be killed.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat's file has no content
limit_request_line = 4094
limit_request_fields = 50
accesslog = None
# We do not use the control socket. It is in the home folder, so two sites of one user would share it.
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """Ignore Ctrl-C in the worker: its master stops it anyway, and a worker that is stopped twice may hang."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
