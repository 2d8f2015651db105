"""Requests that no SDK makes: each gets a coded answer, and the emulator goes on."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import urllib.parse
from collections.abc import AsyncIterator, Iterator
from email.utils import formatdate

import aiohttp
import pytest
from azure.cosmos import CosmosClient, PartitionKey

from tests.contract.cosmos.emulator_process import KEY, RunningEmulator, run_in_thread

MEGABYTE = 1024 * 1024
DOCUMENTS = "/dbs/d/colls/c/docs"


class RawClient:
    """Sends signed requests without an SDK."""

    def __init__(self, session: aiohttp.ClientSession, endpoint: str) -> None:
        self._session = session
        self._endpoint = endpoint

    async def send(
        self, method: str, path: str, body: object = b"", headers: dict[str, str] | None = None, key: str = KEY
    ) -> tuple[int, dict[str, object]]:
        """The status and the JSON body of the answer."""
        date = formatdate(usegmt=True)
        segments = path.strip("/").split("/")
        kind, link = (
            (segments[-1], "/".join(segments[:-1])) if len(segments) % 2 else (segments[-2], "/".join(segments))
        )
        message = f"{method.lower()}\n{kind}\n{link}\n{date.lower()}\n\n".encode()
        signature = base64.b64encode(hmac.new(base64.b64decode(key), message, hashlib.sha256).digest()).decode()
        signed = {
            "x-ms-date": date,
            "Authorization": urllib.parse.quote(f"type=master&ver=1.0&sig={signature}"),
            "x-ms-documentdb-partitionkey": '["t"]',
            **(headers or {}),
        }
        # aiohttp wants large bodies as files, so all go that way.
        data = io.BytesIO(body) if isinstance(body, bytes) else body
        async with self._session.request(method, self._endpoint + path, data=data, headers=signed) as answer:
            return answer.status, await answer.json() if await answer.read() else {}

    async def create(self, body: object, **headers: str) -> tuple[int, dict[str, object]]:
        """Posts a document."""
        return await self.send("POST", DOCUMENTS, body, headers)

    async def query(self, text: object, *parameters: object, **headers: str) -> tuple[int, dict[str, object]]:
        """Posts a query."""
        body = json.dumps({"query": text, "parameters": list(parameters)}).encode()
        return await self.send("POST", DOCUMENTS, body, {"Content-Type": "application/query+json", **headers})


@pytest.fixture(scope="module")
def running() -> Iterator[RunningEmulator]:
    with run_in_thread() as running, CosmosClient(running.endpoint, KEY) as client:
        client.create_database("d").create_container("c", partition_key=PartitionKey(path="/tenantId"))
        yield running


@pytest.fixture
async def raw(running: RunningEmulator) -> AsyncIterator[RawClient]:
    """A client; afterwards the emulator must still take a document."""
    async with aiohttp.ClientSession() as session:
        raw = RawClient(session, running.endpoint)
        yield raw
        status, _ = await raw.create(b'{"id": "alive", "tenantId": "t"}', **{"x-ms-documentdb-is-upsert": "true"})
        assert status in (200, 201)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"id": "a", "tenantId": "t", "deep": ' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"id": "a", "tenantId": "t", "n": NaN}',
        b'{"id": "a", "tenantId": "t", "n": 1e999}',
        b'{"id": "a", "tenantId": "t", "n": ' + b"9" * 5000 + b"}",
        b'{"id": "a", "tenantId": "t", "s": "\\ud800"}',
        b'{"id": "a", "tenantId": {"nested": 1}}',
        b'{"id": "a", "tenantId": "another"}',
        b'{"id": {"a": 1}, "tenantId": "t"}',
    ],
)
async def test_a_body_that_is_no_document_is_a_bad_request(raw: RawClient, body: bytes) -> None:
    status, answer = await raw.create(body)
    assert (status, answer["code"]) == (400, "BadRequest")


@pytest.mark.parametrize("size", [2 * MEGABYTE + 1, 2 * MEGABYTE + 2, 20 * MEGABYTE])
async def test_a_request_over_two_megabytes_is_too_large(raw: RawClient, size: int) -> None:
    status, answer = await raw.create(b" " * size)
    assert (status, answer["code"]) == (413, "RequestEntityTooLarge")


async def test_a_request_that_hides_its_size_is_too_large_all_the_same(raw: RawClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * MEGABYTE

    status, _ = await raw.create(chunks())
    assert status == 413


@pytest.mark.parametrize("header", ["", "[", "{}", '"t"', "[]", '["t","u"]', '[["t"]]', '[{"a":1}]', "[NaN]", "é"])
async def test_a_partition_key_header_that_is_none_is_a_bad_request(raw: RawClient, header: str) -> None:
    status, answer = await raw.send("GET", f"{DOCUMENTS}/a", headers={"x-ms-documentdb-partitionkey": header})
    assert (status, answer["code"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ms-max-item-count": "many"},
        {"x-ms-max-item-count": "0"},
        {"x-ms-max-item-count": "-2"},
        {"x-ms-max-item-count": "9" * 5000},
        {"x-ms-continuation": "p1.e30=.0000"},
        {"x-ms-continuation": "x" * 5000},
        {"x-ms-start-epk": "zz", "x-ms-end-epk": "FF"},
    ],
)
async def test_query_headers_that_make_no_sense_are_a_bad_request(raw: RawClient, headers: dict[str, str]) -> None:
    status, answer = await raw.query("SELECT * FROM c", **headers)
    assert (status, answer["code"]) == (400, "BadRequest")


async def test_an_unknown_partition_key_range_is_gone(raw: RawClient) -> None:
    status, _ = await raw.query("SELECT * FROM c", **{"x-ms-documentdb-partitionkeyrangeid": "7"})
    assert status == 410


async def test_a_continuation_of_another_query_is_refused(raw: RawClient, running: RunningEmulator) -> None:
    with CosmosClient(running.endpoint, KEY) as client:
        container = client.get_database_client("d").get_container_client("c")
        for number in range(3):
            container.upsert_item({"id": f"i{number}", "tenantId": "t"})
        pages = container.query_items("SELECT * FROM c", partition_key="t", max_item_count=1).by_page()
        next(pages)
    status, _ = await raw.query("SELECT VALUE c.id FROM c", **{"x-ms-continuation": pages.continuation_token})
    assert status == 400


@pytest.mark.parametrize(
    "query",
    [7, None, "", "SELECT " + "(" * 50_000, "SELECT " + "-" * 400_000 + "1", "SELECT [" + "1," * 200_000 + "1]"],
)
async def test_a_query_that_is_none_is_a_bad_request(raw: RawClient, query: object) -> None:
    status, answer = await raw.query(query)
    assert (status, answer["code"]) == (400, "BadRequest")


async def test_an_error_in_a_query_carries_its_code(raw: RawClient) -> None:
    _, answer = await raw.query("SELECT * FROM c WHERE EXISTS(SELECT 1 FROM c)")
    (error,) = json.loads(str(answer["message"]))["errors"]
    assert error["code"] == "SC2900"
    assert "EXISTS" in error["message"]


async def test_a_join_that_explodes_is_stopped(raw: RawClient) -> None:
    await raw.create(json.dumps({"id": "wide", "tenantId": "t", "list": list(range(2000))}).encode())
    text = "SELECT VALUE COUNT(1) FROM c JOIN a IN c.list JOIN b IN c.list JOIN d IN c.list"
    status, answer = await raw.query(text)
    assert (status, answer["code"]) == (400, "BadRequest")
    assert "combinations" in str(answer["message"])


@pytest.mark.parametrize("parameter", [7, {}, {"name": "@a"}, {"name": 1, "value": 1}])
async def test_parameters_that_are_none_are_a_bad_request(raw: RawClient, parameter: object) -> None:
    status, _ = await raw.query("SELECT * FROM c", parameter)
    assert status == 400


@pytest.mark.parametrize("body", ["{}", "[]", "[1]", '[{"operationType": "Explode"}]', '[{"operationType": "Read"}]'])
async def test_a_batch_that_is_none_is_a_bad_request(raw: RawClient, body: str) -> None:
    status, answer = await raw.create(body.encode(), **{"x-ms-cosmos-is-batch-request": "true"})
    failed = status == 207 and answer[0]["statusCode"] == 400  # type: ignore[index]  # a batch answers with a list
    assert status == 400 or failed


@pytest.mark.parametrize("etag", ["seven", '"-1"', '"' + "9" * 5000 + '"', "²"])
async def test_a_change_feed_place_that_is_none_is_a_bad_request(raw: RawClient, etag: str) -> None:
    status, _ = await raw.send("GET", DOCUMENTS, headers={"A-IM": "Incremental Feed", "If-None-Match": etag})
    assert status == 400


async def test_the_full_fidelity_change_feed_is_refused(raw: RawClient) -> None:
    status, answer = await raw.send("GET", DOCUMENTS, headers={"A-IM": "Full-Fidelity Feed"})
    assert (status, answer["code"]) == (501, "NotImplemented")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/dbs/d/colls/c/docs/a/b", "/dbs/d/colls/c/unknown", "/dbs/x/colls/c/docs"]
)
async def test_an_unknown_path_is_not_found(raw: RawClient, path: str) -> None:
    status, answer = await raw.send("GET", path)
    assert (status, answer["code"]) == (404, "NotFound")


async def test_server_side_scripts_are_refused(raw: RawClient) -> None:
    status, answer = await raw.send("POST", "/dbs/d/colls/c/sprocs", b"{}")
    assert (status, answer["code"]) == (501, "NotImplemented")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "type=master&ver=1.0&sig="},
        {"Authorization": "%FF%00"},
        {"Authorization": "Bearer x"},
        {"x-ms-date": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ],
)
async def test_a_signature_that_is_not_ours_is_refused(raw: RawClient, headers: dict[str, str]) -> None:
    status, answer = await raw.send("GET", f"{DOCUMENTS}/alive", headers=headers)
    assert (status, answer["code"]) == (401, "Unauthorized")


async def test_a_signature_is_good_for_its_own_request_only(raw: RawClient) -> None:
    status, _ = await raw.send("GET", f"{DOCUMENTS}/alive", key=base64.b64encode(b"another").decode())
    assert status == 401


@pytest.mark.parametrize(
    "body",
    [
        {"id": "x"},
        {"id": "x", "partitionKey": {"paths": []}},
        {"id": "x", "partitionKey": {"paths": ["no-slash"]}},
        {"id": "x", "partitionKey": {"paths": ["/a", "/b"], "kind": "Hash"}},
        {"id": "x", "partitionKey": {"paths": ["/a"], "version": 1}},
        {"id": "x", "partitionKey": {"paths": ["/a"]}, "defaultTtl": 0},
        {"id": "x", "partitionKey": {"paths": ["/a"]}, "uniqueKeyPolicy": {"uniqueKeys": [{}]}},
        {"id": "x", "partitionKey": {"paths": ["/a"]}, "indexingPolicy": []},
        {"id": "a/b", "partitionKey": {"paths": ["/a"]}},
        {"partitionKey": {"paths": ["/a"]}},
    ],
)
async def test_a_container_that_makes_no_sense_is_a_bad_request(raw: RawClient, body: object) -> None:
    status, answer = await raw.send("POST", "/dbs/d/colls", json.dumps(body).encode())
    assert (status, answer["code"]) == (400, "BadRequest")


async def test_a_database_whose_name_looks_like_a_resource_id_works(running: RunningEmulator) -> None:
    with CosmosClient(running.endpoint, KEY) as client:
        database = client.create_database("meetings")
        container = database.create_container("messages", partition_key=PartitionKey(path="/tenantId"))
        container.create_item({"id": "a", "tenantId": "t"})
        assert container.read_item("a", "t")["id"] == "a"
        assert len(list(container.query_items_change_feed(start_time="Beginning"))) == 1
