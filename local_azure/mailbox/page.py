"""The mailbox's pages: the list of what was sent, and one message; its HTML runs nothing and loads nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote

from aiohttp import web

from local_azure.mailbox.messages import Mailbox, SentMessage

MAILBOX_PATH = "/mailbox"
# `style-src` holds for the message in its frame, too: a document in `srcdoc` has the policy of the page around it.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_ADDRESS = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)])")
_STYLE = """
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1.2rem; max-width: 62rem; }
  h1 { margin: 0; font-size: 1.6rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: start; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8886; }
  .short { white-space: nowrap; }
  td { overflow-wrap: anywhere; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8882; padding: 1rem; border-radius: 6px; }
  iframe { width: 100%; height: 46rem; border: 1px solid #8886; border-radius: 6px; background: #fff; }
"""


class MailboxPages:
    """`is_this_machine` tells whether a Host header names the loopback: pages of strangers must not read the mail."""

    def __init__(self, mailbox: Mailbox, is_this_machine: Callable[[str], bool]) -> None:
        self._mailbox = mailbox
        self._is_this_machine = is_this_machine

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(MAILBOX_PATH, self._list),
            web.get(MAILBOX_PATH + "/{message}", self._show),
            web.get(MAILBOX_PATH + "/{message}/attachments/{number:[0-9]{1,2}}", self._attachment),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        self._check(request)
        rows = "".join(map(_row, reversed(self._mailbox.messages)))
        nothing = '<tr><td colspan="4">Nothing yet: add an invitee to a meeting.</td></tr>'
        head = "<tr><th>UTC<th>By<th>To<th>Message</tr>"
        about = "<p>What invitees were sent, the newest first. Nothing of it has left this machine.</p>"
        return _page("Mailbox", f"{about}<table>{head}{rows or nothing}</table>", refresh=True)

    async def _show(self, request: web.Request) -> web.Response:
        return _page("Message", _message(self._find(request)))

    async def _attachment(self, request: web.Request) -> web.Response:
        message, number = self._find(request), int(request.match_info["number"])
        if number >= len(message.attachments):
            raise web.HTTPNotFound
        attachment = message.attachments[number]
        headers = _HEADERS | {"Content-Disposition": "attachment; filename*=UTF-8''" + quote(attachment.name, safe="")}
        return web.Response(body=attachment.content, content_type="text/calendar", charset="utf-8", headers=headers)

    def _find(self, request: web.Request) -> SentMessage:
        self._check(request)
        found = self._mailbox.find(request.match_info["message"])
        if found is None:
            raise web.HTTPNotFound
        return found

    def _check(self, request: web.Request) -> None:
        if not self._is_this_machine(request.headers.get("Host", "")):
            raise web.HTTPMisdirectedRequest


def _row(message: SentMessage) -> str:
    link = f"{MAILBOX_PATH}/{quote(message.id, safe='')}"
    title = escape(message.subject or message.text[:80])
    return (
        f'<tr><td class="short">{message.sent_on:%H:%M}<td class="short">{message.kind}<td>{escape(message.to)}'
        f'<td><a href="{link}"><bdi>{title}</bdi></a></tr>'
    )


def _message(message: SentMessage) -> str:
    facts = {"From": message.sender, "To": message.to, "Subject": message.subject, **message.headers}
    rows = "".join(f"<tr><th>{escape(name)}<td><bdi>{escape(value)}</bdi></tr>" for name, value in facts.items())
    parts = [f"<table>{rows}</table>", f'<pre dir="auto">{_with_links(message.text)}</pre>']
    if message.html:
        parts.append(f'<iframe title="As HTML" sandbox srcdoc="{escape(message.html)}"></iframe>')
    for number, attachment in enumerate(message.attachments):
        link = f"{MAILBOX_PATH}/{quote(message.id, safe='')}/attachments/{number}"
        name = f'<a href="{link}">{escape(attachment.name)}</a> ({escape(attachment.content_type)})'
        parts.append(f"<p>{name}</p><pre>{escape(attachment.content.decode(errors='replace'))}</pre>")
    return f'<p><a href="{MAILBOX_PATH}">All messages</a></p>' + "".join(parts)


def _with_links(text: str) -> str:
    """The text as HTML, in which addresses of the web can be followed."""
    pieces = _ADDRESS.split(text)
    links = [f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a>' for address in pieces[1::2]]
    return "".join(escape(piece) + link for piece, link in zip(pieces[::2], [*links, ""], strict=True))


def _page(title: str, body: str, *, refresh: bool = False) -> web.Response:
    again = '<meta http-equiv="refresh" content="2">' if refresh else ""
    text = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{again}
<title>{title}</title>
<style>{_STYLE}</style>
<h1>{title}</h1>
{body}
</html>"""
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)
