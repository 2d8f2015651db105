import { WebhookVerificationError } from "./errors.js";
import type { Event } from "./generated/models.js";

/** How old, and how far ahead of this machine's clock, a message may be. */
export const toleranceSeconds = 300;

export type MessageHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The event in a message, if it is genuine (Standard Webhooks 1.0.0): by one of the secrets, and not older than five
 * minutes. `body` is the raw body, before any parsing. The same event may come again: drop it by its `id`. It may be of a
 * type that this version of the SDK does not know, such as `webhook.test`. Throws WebhookVerificationError.
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: MessageHeaders,
  secret: string | readonly string[],
  now: () => number = Date.now,
): Promise<Event> {
  const [message, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => header(headers, name)) as [
    string,
    string,
    string,
  ];
  if (!/^\d{1,10}$/.test(timestamp) || Math.abs(now() / 1000 - Number(timestamp)) > toleranceSeconds) {
    throw new WebhookVerificationError("the message is too old, or one of the clocks is wrong");
  }
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const signed = joined(new TextEncoder().encode(`${message}.${timestamp}.`), bytes);
  const checks = [secret].flat().flatMap((one) => signatures.split(" ").map((given) => isBy(one, given, signed)));
  if (!(await Promise.all(checks)).includes(true)) {
    throw new WebhookVerificationError("no signature is by one of the secrets");
  }
  return JSON.parse(new TextDecoder().decode(bytes)) as Event;
}

function header(headers: MessageHeaders, name: string): string {
  const full = `webhook-${name}`;
  const found = headers instanceof Headers ? headers.get(full) : findIgnoringCase(headers, full);
  if (typeof found !== "string") throw new WebhookVerificationError(`the header ${full} is missing`);
  return found;
}

function findIgnoringCase(headers: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** WebCrypto compares in a time that tells nothing. */
async function isBy(secret: string, signature: string, signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const [version, text] = signature.split(",", 2);
  const given = version === "v1" && text ? decoded(text) : undefined;
  const key = decoded(secret.replace(/^whsec_/, ""));
  if (!key) throw new WebhookVerificationError("the secret is not one of a webhook");
  if (!given) return false;
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  return crypto.subtle.verify("HMAC", imported, given, signed);
}

function decoded(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
