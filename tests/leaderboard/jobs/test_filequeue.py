"""The queue in a folder: a worker that looks at any moment reads whole messages or none."""

from __future__ import annotations

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from leaderboard.jobs.filequeue import Channel, Transport


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "c")}
    channel: Channel = Connection("filesystem://", transport_options=folders).default_channel
    assert isinstance(channel, Channel)
    assert isinstance(channel.connection, Transport)
    return channel


def test_a_message_that_is_being_written_is_not_read(channel: Channel) -> None:
    seen: list[str] = []

    class Looking:
        """Looks into the queue while the message that contains it is written."""

        def __json__(self) -> str:
            try:
                seen.append(str(channel._get("jobs")))
            except Empty:
                seen.append("nothing")
            return "whole"

    channel._put("jobs", {"number": Looking()})
    assert seen == ["nothing"]
    assert channel._get("jobs") == {"number": "whole"}


def test_an_empty_file_of_an_earlier_version_is_dropped(channel: Channel, tmp_path: Path) -> None:
    (tmp_path / "1_a.jobs.msg").touch()
    with pytest.raises(Empty):
        channel._get("jobs")
    channel._put("jobs", {"number": 1})
    assert channel._get("jobs") == {"number": 1}


def test_another_queue_reads_nothing_of_it(channel: Channel) -> None:
    channel._put("jobs", {"number": 1})
    with pytest.raises(Empty):
        channel._get("others")
