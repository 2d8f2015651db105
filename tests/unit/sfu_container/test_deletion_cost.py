"""Kubernetes is told how many people a pod carries, when that has changed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sfu_container.deletion_cost import ANNOTATION, Cluster, tell_change
from tests.support.answers import answering

POD = "/api/v1/namespaces/parley/pods/sfu-stable-1"
TOLD: list[tuple[str, str | None, dict[str, object]]] = []


class Api(BaseHTTPRequestHandler):
    """Takes what is written to a pod."""

    def do_PATCH(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        TOLD.append((self.path, self.headers["Authorization"], body["metadata"]["annotations"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that the base class gives
        return


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    TOLD.clear()
    (tmp_path / "token").write_text("secret\n")
    server = HTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Cluster(f"http://127.0.0.1:{server.server_port}{POD}", tmp_path / "token", None)
    server.shutdown()
    thread.join()
    server.server_close()


def carries(peers: int) -> bytes:
    return b'{"sessions": 1, "peers": %d}' % peers


def test_the_people_of_all_nodes_are_told_once(cluster: Cluster) -> None:
    with answering(carries(3), path="/healthz") as one, answering(carries(4), path="/healthz") as other:
        told = tell_change(cluster, [one, other], None)
        assert tell_change(cluster, [one, other], told) == 7
    assert TOLD == [(POD, "Bearer secret", {ANNOTATION: "7"})]


def test_what_could_not_be_told_is_told_again(cluster: Cluster, tmp_path: Path) -> None:
    away = Cluster("http://127.0.0.1:9", tmp_path / "token", None)
    with answering(carries(3), path="/healthz") as node:
        told = tell_change(away, [node], None)
        assert told is None
        assert tell_change(cluster, [node], told) == 3
    assert len(TOLD) == 1
