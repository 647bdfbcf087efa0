"""A request to the gateway."""

import http.client
import json
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Optional
from urllib.parse import urlsplit

MOST_ANSWER_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    retry_after_seconds: Optional[float] = None

    def json(self):
        """The parsed body, or None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class NoAnswer(Exception):
    """There was no response in time; the gateway may still have accepted the events."""


def post_events(events, url, token, timeout_seconds):
    """Posts a list of events to `<url>/events`. Raises NoAnswer, or ValueError for a wrong URL."""
    connection, path = _connection(url, timeout_seconds)
    try:
        connection.connect()
        with _cut_off_after(timeout_seconds, connection.sock) as is_cut_off:
            answer = _request(connection, path, token, events)
        if is_cut_off():
            raise NoAnswer(f"incomplete after {timeout_seconds} s")
        return answer
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


def _connection(url, timeout_seconds):
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("GATEWAY_URL: expected http(s)://host[:port]")
    path = f"{parts.path.rstrip('/')}/events"
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout_seconds), path
    context = ssl.create_default_context()
    return (
        http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=timeout_seconds, context=context
        ),
        path,
    )


def _request(connection, path, token, events):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", path, body=json.dumps(events).encode(), headers=headers)
    response = connection.getresponse()
    body = response.read(MOST_ANSWER_BYTES)
    return Answer(response.status, body, _seconds(response.getheader("Retry-After")))


def _seconds(text):
    return float(text) if text is not None and text.isascii() and text.isdigit() else None


@contextmanager
def _cut_off_after(seconds, sock):
    """Limits the whole request; a socket's timeout applies only to each read."""
    is_cut_off = threading.Event()

    def cut():
        is_cut_off.set()
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    end = threading.Timer(seconds, cut)
    end.daemon = True
    end.start()
    try:
        yield is_cut_off.is_set
    finally:
        end.cancel()
