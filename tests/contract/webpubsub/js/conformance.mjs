// Drives the unmodified JavaScript client SDK: node conformance.mjs <client URL> <URL of a second user> <URL with few
// roles>. Prints one line per check, and exits with 1 at the first that fails.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";

// The packages are those of the folder that node runs in, not of the folder that this file lies in.
const load = createRequire(`${process.cwd()}/`);
const { WebPubSubClient, WebPubSubJsonProtocol } = load("@azure/web-pubsub-client");

const [clientUrl, otherUrl, narrowUrl] = process.argv.slice(2);

async function until(condition, what) {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(10)) {
    if (condition()) return;
  }
  assert.fail(`timed out: ${what}`);
}

async function open(url, options = {}) {
  const client = new WebPubSubClient(url, { messageRetryOptions: { maxRetries: 0 }, ...options });
  const heard = { group: [], server: [], connected: [], disconnected: [] };
  client.on("group-message", ({ message }) => heard.group.push(message));
  client.on("server-message", ({ message }) => heard.server.push(message));
  client.on("connected", (event) => heard.connected.push(event));
  client.on("disconnected", (event) => heard.disconnected.push(event));
  await client.start();
  await until(() => heard.connected.length > 0, "connected");
  return { client, heard };
}

async function refusalOf(promise) {
  const error = await promise.then(
    () => assert.fail("was not refused"),
    (reason) => reason,
  );
  return error.errorDetail?.name;
}

const checks = {
  async "group messages of every data type arrive, in order and with their sender"() {
    const ann = await open(clientUrl);
    const ben = await open(otherUrl);
    await ben.client.joinGroup("js");
    await ann.client.sendToGroup("js", "hé", "text");
    await ann.client.sendToGroup("js", { a: ["é"] }, "json");
    await ann.client.sendToGroup("js", new Uint8Array([0, 255]).buffer, "binary");
    await until(() => ben.heard.group.length === 3, "three messages");
    const [text, json, binary] = ben.heard.group;
    assert.deepEqual([text.data, text.fromUserId, text.sequenceId], ["hé", "ann", 1]);
    assert.deepEqual(json.data, { a: ["é"] });
    assert.deepEqual([...new Uint8Array(binary.data)], [0, 255]);
    ann.client.stop();
    ben.client.stop();
  },

  async "a client of the unreliable subprotocol gets messages without sequence ids"() {
    const ann = await open(clientUrl, { protocol: WebPubSubJsonProtocol() });
    await ann.client.joinGroup("js");
    await ann.client.sendToGroup("js", "x", "text");
    await until(() => ann.heard.group.length === 1, "a message");
    assert.equal(ann.heard.group[0].sequenceId, undefined);
    ann.client.stop();
  },

  async "wildcard roles cover their groups only"() {
    const narrow = await open(narrowUrl);
    await narrow.client.joinGroup("s.1");
    assert.equal(await refusalOf(narrow.client.joinGroup("s.1.x")), "Forbidden");
    assert.equal(await refusalOf(narrow.client.sendToGroup("s.1", "x", "text")), "Forbidden");
    narrow.client.stop();
  },

  async "a repeated ack id is recognised"() {
    const ann = await open(clientUrl);
    const first = await ann.client.sendToGroup("js", "x", "text", { ackId: 50 });
    const second = await ann.client.sendToGroup("js", "x", "text", { ackId: 50 });
    assert.deepEqual([first.isDuplicated, second.isDuplicated], [false, true]);
    ann.client.stop();
  },

  async "the mandatory pong keeps a quiet client connected"() {
    const ann = await open(clientUrl, { keepAliveIntervalInMs: 50, keepAliveTimeoutInMs: 600 });
    await pause(1500);
    assert.equal(ann.heard.disconnected.length, 0);
    await ann.client.joinGroup("js");
    ann.client.stop();
  },

  async "a lost socket is recovered with what was sent meanwhile"() {
    const ann = await open(clientUrl);
    const ben = await open(otherUrl);
    await ann.client.joinGroup("recovery");
    ann.client._wsClient._socket._socket.destroy();
    await ben.client.sendToGroup("recovery", "meanwhile", "text");
    await until(() => ann.heard.group.length === 1, "the missed message");
    assert.equal(ann.heard.group[0].data, "meanwhile");
    assert.equal(ann.heard.connected.length, 1);
    ann.client.stop();
    ben.client.stop();
  },

  async "an event without a handler is acknowledged"() {
    const ann = await open(clientUrl);
    assert.equal((await ann.client.sendEvent("chat", { text: "hi" }, "json")).isDuplicated, false);
    ann.client.stop();
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(`ok ${name}`);
}
process.exit(0);
