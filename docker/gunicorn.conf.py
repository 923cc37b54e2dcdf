"""Settings of gunicorn, in the demo and in the image.

gunicorn starts and watches the processes. What each of them allows a client is in ``leaderboard/serving``.
"""

import signal

from leaderboard.environment import load

worker_class = "leaderboard.serving.worker.BufferingWorker"
workers = load().web_process_count
# They wait for the database or the store, never for a client.
threads = 8
timeout = 60
graceful_timeout = 10
# gunicorn's heartbeat belongs on a memory file system: on a slow disk a worker may look dead and be killed.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat's file has no content
accesslog = None
# We do not use the control socket. It is in the home folder, so two sites of one user would share it.
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """Ignore Ctrl-C in the worker: its master stops it anyway, and a worker that is stopped twice may hang."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
