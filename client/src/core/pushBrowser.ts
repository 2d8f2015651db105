import { errorName } from "./errors";

const WORKER = "/push-worker.js";

/** What a browser can do about pushes (W3C Push API); one subscription serves all meetings of this origin. */
export interface PushBrowser {
  readonly supported: boolean;
  permission: () => NotificationPermission;
  /** Asks the person, once; later answers what the person has said. */
  askPermission: () => Promise<NotificationPermission>;
  /** The subscription that there is already. */
  subscription: () => Promise<PushSubscriptionJSON | null>;
  /** Subscribes, where that is not done, for whoever has that key. */
  subscribe: (publicKey: string) => Promise<PushSubscriptionJSON>;
}

/** This browser. Its service worker is installed only for those who subscribe. */
export const pushBrowser: PushBrowser = {
  get supported() {
    return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  },
  permission: () => Notification.permission,
  askPermission: () => Notification.requestPermission(),
  subscription: async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return (await registration?.pushManager.getSubscription())?.toJSON() ?? null;
  },
  subscribe: async (publicKey) => {
    await navigator.serviceWorker.register(WORKER);
    const { pushManager } = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: publicKey };
    try {
      return (await pushManager.subscribe(options)).toJSON();
    } catch (error) {
      // It is subscribed with another key, which has been changed here since.
      if (errorName(error) !== "InvalidStateError") throw error;
      await (await pushManager.getSubscription())?.unsubscribe();
      return (await pushManager.subscribe(options)).toJSON();
    }
  },
};
