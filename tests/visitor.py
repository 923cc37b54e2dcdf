"""A visitor whose browser has no scripts: cookies, pages, and forms submitted as they are on the page."""

from __future__ import annotations

import html
import re
import urllib.request
from collections.abc import Sequence
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

BOUNDARY = "ratchet-7c1f"

File = tuple[str, str, bytes]
"""The field's name, the file's name and its content."""


def forms_of(text: str) -> list[str]:
    return re.findall(r"<form.*?</form>", text, re.DOTALL)


def form_with(text: str, field: str = "seen") -> str:
    """The first form of a page that has this field."""
    return next(form for form in forms_of(text) if f'name="{field}"' in form)


def fields_of(form: str) -> dict[str, Any]:
    """What a browser would send for an unchanged form."""
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        kind, name, value = (_attribute(tag, item) for item in ("type", "name", "value"))
        if kind in ("radio", "checkbox") and " checked" not in tag:
            continue
        if kind != "file" and name:
            sent[name] = value if value is not None else "on" if kind == "checkbox" else ""
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        sent[name] = html.unescape(chosen[1]) if chosen else ""
    for name, content in re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = html.unescape(content)
    return sent


def multipart(fields: dict[str, str], files: Sequence[File]) -> tuple[bytes, str]:
    """The body of a form with files, and its content type."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for field, name, content in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"


class Visitor:
    """One browser on one site. A refused request raises ``HTTPError``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, path: str) -> str:
        """The text of the page at ``path``, after redirects."""
        return self.read(path).decode()

    def read(self, path: str) -> bytes:
        with self._opener.open(urljoin(self.url, path), timeout=60) as answer:
            content: bytes = answer.read()
        return content

    def send(self, path: str, *, having: str = "seen", to: str = "", files: Sequence[File] = (), **changes: Any) -> str:
        """Open a page and submit its form that has a field ``having``, with ``changes``; return the resulting page.

        ``to`` selects the form by the beginning of its action instead.
        """
        page = self.open(path)
        here = urljoin(self.url, path)
        if to:
            form = next(form for form in forms_of(page) if urlsplit(_address(form, here)).path.startswith(to))
        else:
            form = form_with(page, having)
        fields = fields_of(form) | changes
        if files:
            body, kind = multipart(fields, files)
        else:
            body, kind = urlencode(fields, doseq=True).encode(), "application/x-www-form-urlencoded"
        request = urllib.request.Request(_address(form, here), data=body, headers={"Content-Type": kind})
        with self._opener.open(request, timeout=60) as answer:
            text: str = answer.read().decode()
        return text

    def sign_in(self, username: str, password: str) -> Visitor:
        page = self.send("/accounts/login/", having="login", login=username, password=password)
        if 'name="password"' in page:
            raise PermissionError(f"{username} could not sign in")
        return self


def _address(form: str, here: str) -> str:
    """The address to which a form on the page ``here`` is sent."""
    return urljoin(here, _attribute(form[: form.index(">") + 1], "action") or here)


def _attribute(tag: str, name: str) -> str | None:
    found = re.search(rf' {name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else None
