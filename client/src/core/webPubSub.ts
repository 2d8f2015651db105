import { WebPubSubClient, WebPubSubJsonReliableProtocol, type JSONTypes } from "@azure/web-pubsub-client";
import type { OpenSocket } from "./signalling";

const KEEP_ALIVE_INTERVAL_MS = 5_000;

/**
 * A socket of Azure Web PubSub with the reliable subprotocol: the SDK recovers a broken connection for half a minute,
 * and nothing is lost meanwhile. After that it stops, and one joins again through the API, because the access token
 * of the URL belongs to one Peer.
 *
 * How long the service may be silent is left at the SDK's two minutes: a tab in the background runs its timers once a
 * minute at best, and a broken network shows in the media path much sooner.
 */
export const openWebPubSub: OpenSocket = (url, listener) => {
  const client = new WebPubSubClient(url, {
    protocol: WebPubSubJsonReliableProtocol(),
    autoReconnect: false,
    keepAliveIntervalInMs: KEEP_ALIVE_INTERVAL_MS,
  });
  let stopped = false;
  client.on("group-message", ({ message }) => {
    // A client that is stopped while it recovers comes back all the same: stop it again.
    if (stopped) client.stop();
    else listener.onMessage(message.data);
  });
  client.on("stopped", () => {
    if (!stopped) listener.onStopped();
  });
  return {
    start: () => client.start(),
    sendToGroup: async (group, message) => {
      await client.sendToGroup(group, message as JSONTypes, "json", { fireAndForget: true });
    },
    sendEvent: async (event, data) => {
      await client.sendEvent(event, data as JSONTypes, "json");
    },
    stop: () => {
      stopped = true;
      client.stop();
    },
  };
};
