"""Texts in Markdown are shown in bounded time and length, whatever is in them."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from unittest import mock

import pytest
from django.test import Client

from challenges.drafts.texts import save_texts, texts_mark
from challenges.models import Announcement, Phase
from evaluators.problems import BundleError, markdown_problems
from evaluators.specification import as_yaml, read_text
from leaderboard.models import User
from leaderboard.notifications.announcing import AnnouncementError, announce
from leaderboard.storage.kept import KeptFiles, kept_texts
from leaderboard.texts import rendered
from leaderboard.texts.renderer import MAX_ATTRIBUTES, MAX_LENGTH, html_of
from tests.bundles import specification
from tests.markdown_corpus import corpus

LENGTH = 7000
SECONDS = 4
"""Of processor time, generously: with the limits, the slowest text of any length takes less than a quarter of it."""

TEXTS = corpus(LENGTH)
SLOW_TABLES = ["many such tables", "such tables in a list"]
"""Without limits these took about 2 seconds, and 10 to 18 seconds at the full length."""


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_rendered_in_bounded_time_and_length(name: str) -> None:
    started = time.process_time()
    html = html_of(TEXTS[name])
    assert time.process_time() - started < SECONDS
    assert len(html) < 40 * LENGTH + MAX_ATTRIBUTES


@pytest.mark.parametrize("name", SLOW_TABLES)
def test_tables_of_the_full_length_are_rendered_in_bounded_time(name: str) -> None:
    text = corpus(MAX_LENGTH)[name]
    started = time.process_time()
    html = html_of(text)
    assert time.process_time() - started < SECONDS
    assert len(html) < 2 * MAX_LENGTH


@pytest.mark.parametrize("name", [name for name in TEXTS if "leave" in name or "such tables" in name])
def test_a_table_of_too_many_cells_is_shown_as_it_was_written(name: str) -> None:
    assert html_of(TEXTS[name]).startswith("<pre>")
    assert "<td" not in html_of(TEXTS[name])


@pytest.mark.parametrize("text", [">" * 60 + "a", "- " * 30 + "a", "<script>" * 7000], ids=["quotes", "lists", "long"])
def test_what_is_not_rendered_is_shown_whole_and_as_text(text: str) -> None:
    html = html_of(text)
    assert html.startswith("<pre>")
    assert html.count("&gt;") == text.count(">")
    assert "<script>" not in html


def test_usual_texts_look_as_before() -> None:
    text = "# Task\n\n- a\n  - b\n    - c\n\n> *q*\n\n| a | b |\n|---|:-:|\n| 1 | **2** |\n\n[l](https://example.org)"
    html = html_of(text)
    for part in ("<h1>Task</h1>", "<blockquote>", "<em>q</em>", "<strong>2</strong>", "text-align:center"):
        assert part in html
    assert html.count("<ul>") == 3
    assert '<a href="https://example.org">l</a>' in html


@pytest.mark.parametrize("name", ["table that leaves cells out", "many such tables", "long link, used often"])
def test_costly_texts_are_refused_when_they_are_saved(name: str) -> None:
    problems = markdown_problems(TEXTS[name])
    assert problems
    assert problems[0].message.startswith("line 1: ")
    assert problems[0].remedy


def test_large_tables_of_data_are_not_refused() -> None:
    table = "| a | b | c |\n|---|---|---|\n" + "| 1 | 2 | 3 |\n" * 1000
    assert markdown_problems(f"{table}\n> quote\n\n[a]: https://example.org\n") == []
    assert html_of(table).count("<td>") == 3000


# --- once for each content


def test_a_text_is_rendered_once() -> None:
    with mock.patch("leaderboard.texts.rendered.html_of", wraps=html_of) as render:
        assert rendered("*once*") == rendered("*once*") == "<p><em>once</em></p>\n"
        assert rendered("*twice*") != rendered("*once*")
    assert render.call_count == 2


def test_views_at_the_same_time_wait_for_one_that_renders() -> None:
    started, go_on = threading.Event(), threading.Event()

    def slowly(text: str) -> str:
        started.set()
        assert go_on.wait(20)
        return html_of(text)

    found: list[str] = []
    with mock.patch("leaderboard.texts.rendered.html_of", side_effect=slowly) as render:
        threads = [threading.Thread(target=lambda: found.append(rendered("*a*"))) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert started.wait(20)
        go_on.set()
        for thread in threads:
            thread.join(20)
    assert found == ["<p><em>a</em></p>\n"] * 4
    assert render.call_count == 1


def test_a_text_that_is_no_unicode_is_shown() -> None:
    assert "a" in rendered("a \ud800")


def test_what_is_kept_stays_under_its_limit_and_the_used_stays(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, 250)

    def make(key: str) -> None:
        kept.open_or_make(key, lambda: [bytes(100)]).close()

    make("a" * 64)
    make("b" * 64)
    # As if "b" had been used long ago.
    os.utime(tmp_path / ("b" * 64), (1, 1))
    make("c" * 64)
    assert sorted(path.name[0] for path in tmp_path.iterdir()) == ["a", "c"]


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path, 1000)

    def broken() -> list[bytes]:
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        kept.open_or_make("a" * 64, lambda: (piece for piece in [b"a", *broken()]))
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_this_tests() -> None:
    rendered("*x*")
    assert kept_texts()._entries()


# --- the doors at which texts are saved

COSTLY = TEXTS["many such tables"]
SAID = r"line 1: the tables have more than 5,000 cells\. Shorten this table"


def test_a_bundle_with_a_costly_text_is_refused_and_a_stored_one_opens(tmp_path: Path) -> None:
    content = as_yaml(specification(rules=COSTLY)).encode()
    with pytest.raises(BundleError, match=f"field 'rules'.*{SAID}"):
        read_text(content, new=True)
    assert read_text(content).rules == COSTLY


def test_a_costly_text_of_a_published_challenge_is_refused(phase: Phase, staff: User) -> None:
    challenge = phase.challenge
    with pytest.raises(BundleError, match=f"texts.data_card.*{SAID}"):
        save_texts(challenge, None, {"data_card": COSTLY}, seen=texts_mark(challenge, None), by=staff)


def test_a_costly_announcement_is_refused(phase: Phase, staff: User) -> None:
    with pytest.raises(AnnouncementError, match=SAID):
        announce(phase.challenge, title="News", body=COSTLY, by=staff)
    assert not Announcement.objects.exists()


def test_pages_show_a_stored_text_without_rendering_it_again(phase: Phase, client: Client) -> None:
    phase.dataset_version.specification["description"] = "*look*"
    phase.dataset_version.save()
    first = client.get("/challenges/tiny/").content
    with mock.patch("leaderboard.texts.rendered.html_of", side_effect=AssertionError):
        assert client.get("/challenges/tiny/").content.count(b"<em>look</em>") == first.count(b"<em>look</em>") == 1
