/** What the client does beside its methods, against a `fetch` that answers from a script. */
import assert from "node:assert/strict";
import test from "node:test";
import { ApiError, InvalidEndpointError, NoAnswerError, OperationFailedError, ParleyClient } from "@parley/sdk";

/** A client that gets these answers in turn, and the requests that it has made. */
function scripted(...answers) {
  const requests = [];
  const fetch = async (address, init) => {
    requests.push(new Request(address, init));
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = new ParleyClient("https://meet.example/", "key", { retries: { firstDelay: 0.001 }, fetch });
  return { client, requests };
}

const unavailable = (headers) => Response.json({ error: { code: "StoreUnavailable", message: "Later." } }, { status: 503, headers });
const meeting = (id) => ({ id, title: id });

test("a client without an endpoint says at once what it needs", () => {
  for (const endpoint of [undefined, null, "", "meet.example", "https://"]) {
    assert.throws(() => new ParleyClient(endpoint, "key"), (error) => {
      return error instanceof InvalidEndpointError && error.message.includes("https://meet.example.com");
    });
  }
});

test("creating is tried again with the same idempotency key", async () => {
  const { client, requests } = scripted(new TypeError("lost"), unavailable(), Response.json(meeting("a")));
  assert.equal((await client.meetings.create({ title: "A" })).id, "a");
  assert.equal(requests.length, 3);
  assert.equal(new Set(requests.map((request) => request.headers.get("idempotency-key"))).size, 1);
});

test("what may do harm twice is sent again only when it was not done", async () => {
  const { client, requests } = scripted(new Response(null, { status: 429, headers: { "retry-after": "0" } }), unavailable());
  await assert.rejects(client.tenants.createApiKey({}), { status: 503, code: "StoreUnavailable" });
  assert.equal(requests.length, 2);
});

test("it gives up when the API asks for more patience than there is", async () => {
  const { client } = scripted(unavailable({ "retry-after": "31" }));
  await assert.rejects(client.meetings.get("a"), (error) => error instanceof ApiError && error.retryAfter === 31);
});

test("a lost connection is an error of ours after all attempts", async () => {
  const { client, requests } = scripted(...Array.from({ length: 4 }, () => new TypeError("lost")));
  await assert.rejects(client.meetings.get("a"), NoAnswerError);
  assert.equal(requests.length, 4);
});

test("an answer of another server in the place of the API is an error all the same", async () => {
  const { client } = scripted(new Response("<html>", { status: 404, headers: { "x-ms-request-id": "01" } }));
  await assert.rejects(client.meetings.get("a/b"), { status: 404, code: "Http404", requestId: "01" });
});

test("a list goes through all pages and takes the credential nowhere else", async () => {
  const first = { value: [meeting("a")], nextLink: "https://elsewhere.example/meetings?continuationToken=t" };
  const { client, requests } = scripted(Response.json(first), Response.json({ value: [meeting("b")] }));
  const found = [];
  for await (const { id } of client.meetings.list({ pageSize: 1 })) found.push(id);
  assert.deepEqual(found, ["a", "b"]);
  const [, second] = requests.map((request) => new URL(request.url));
  assert.deepEqual([second.host, second.searchParams.get("continuationToken")], ["meet.example", "t"]);
});

test("a list goes on from a page that was read before", async () => {
  const { client } = scripted(Response.json({ value: [meeting("b")] }));
  const { value: page } = await client.meetings.list().byPage("continuationToken=t").next();
  assert.deepEqual(page, { items: [meeting("b")], continuationToken: undefined });
});

test("a continuation token that was made up leads nowhere but to the list", async () => {
  for (const token of ["@evil.example/", "//evil.example/", "/tenants/me", "https://evil.example/?a=b"]) {
    const { client, requests } = scripted(Response.json({ value: [] }));
    await client.meetings.list().byPage(token).next();
    const { host, pathname } = new URL(requests[0].url);
    assert.deepEqual([host, pathname], ["meet.example", "/meetings"]);
  }
});

test("an id never leads to another path", async () => {
  for (const id of ["", ".", ".."]) {
    const { client, requests } = scripted();
    assert.throws(() => client.meetings.delete(id), RangeError);
    assert.deepEqual(requests, []);
  }
  for (const id of ["a/../b", "/", "..%2f", "?a=b", "#", "%2e%2e", "a\\b"]) {
    const { client, requests } = scripted(new Response(null, { status: 204 }));
    await client.meetings.delete(id);
    assert.equal(new URL(requests[0].url).pathname, `/meetings/${encodeURIComponent(id)}`);
  }
});

const operation = (status, code = 200) =>
  Response.json({ status }, { status: code, headers: { "operation-location": "https://elsewhere.example/operations/op_1", "retry-after": "0" } });

test("long work is looked at until it has ended", async () => {
  const { client, requests } = scripted(operation("notStarted", 202), operation("running"), operation("succeeded"));
  const poller = await client.users.beginErase("ann@example.com");
  assert.equal(await poller.done(), false);
  assert.equal((await poller.result()).status, "succeeded");
  assert.deepEqual(requests.map((request) => new URL(request.url).host), Array(3).fill("meet.example"));
});

test("long work that fails is an error", async () => {
  const { client } = scripted(operation("notStarted", 202), operation("failed"));
  await assert.rejects((await client.users.beginErase("ann")).result(), OperationFailedError);
});

test("a call can be given up", async () => {
  const { client, requests } = scripted(unavailable({ "retry-after": "20" }));
  const gone = new Error("gone elsewhere");
  const giving = new AbortController();
  const call = client.meetings.get("a", { signal: giving.signal });
  giving.abort(gone);
  await assert.rejects(call, gone);
  assert.ok(requests.length <= 1);
});
