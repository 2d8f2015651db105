export type { CallOptions } from "./call.js";
export { ParleyClient, type ClientOptions } from "./client.js";
export type { Credential } from "./conversation.js";
export * from "./errors.js";
export type * from "./generated/models.js";
export { Paged, type Page } from "./paging.js";
export { Poller } from "./polling.js";
export type { Retries } from "./retries.js";
export { verifyWebhook, type MessageHeaders } from "./webhooks.js";
