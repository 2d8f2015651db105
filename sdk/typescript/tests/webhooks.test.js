/** Checking what a webhook is sent. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import test from "node:test";
import { WebhookVerificationError, verifyWebhook } from "@parley/sdk";

const secrets = ["whsec_b2xkIHNlY3JldA==", "whsec_bmV3IHNlY3JldA=="];
const body = JSON.stringify({ id: "evt_1", type: "meeting.created", subject: "weekly", data: { title: "Größe" } });

function signed(secret = secrets[1], timestamp = Math.floor(Date.now() / 1000)) {
  const mac = createHmac("sha256", Buffer.from(secret.replace("whsec_", ""), "base64"));
  const signature = mac.update(`evt_1.${timestamp}.${body}`).digest("base64");
  return { "Webhook-Id": "evt_1", "webhook-timestamp": String(timestamp), "webhook-signature": `v1a,x v1,${signature}` };
}

test("a genuine message is an event", async () => {
  const event = await verifyWebhook(body, signed(), secrets);
  assert.equal(event.data.title, "Größe");
  await verifyWebhook(new TextEncoder().encode(body), new Headers(signed()), secrets[1]);
});

for (const [why, headers] of [
  ["another secret", signed("whsec_b3RoZXI=")],
  ["an old message", signed(secrets[0], Math.floor(Date.now() / 1000) - 400)],
  ["another message", { ...signed(), "Webhook-Id": "evt_2" }],
  ["no signature", { ...signed(), "webhook-signature": "" }],
  ["a signature that is no base64", { ...signed(), "webhook-signature": "v1,%%%" }],
  ["no headers", {}],
]) {
  test(`refused: ${why}`, () => assert.rejects(verifyWebhook(body, headers, secrets), WebhookVerificationError));
}

test("what is no secret is refused", () => assert.rejects(verifyWebhook(body, signed(), "%%%"), WebhookVerificationError));
