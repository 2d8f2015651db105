import type { Api, InvitationPush } from "./api";
import { type PushBrowser, pushBrowser } from "./pushBrowser";
import { Store } from "./store";

/** Whether this browser reminds the person of the meeting. */
export type ReminderState =
  /** The person came by no invitation, no reminder comes any more, or nothing is pushed here. */
  | { name: "notOffered" }
  | {
      name: "unsupported" | "denied" | "off" | "subscribing" | "on";
      /** When the next reminder comes. */
      comesOn: Date;
      /** Whether the last change came to nothing. */
      failed: boolean;
    };

type Offered = Exclude<ReminderState, { name: "notOffered" }>;

interface ReminderParts {
  api: Pick<Api, "invitationPush" | "setInvitationPush">;
  /** The invitation that the person came by, if any. */
  invitation: () => string | null;
  browser?: PushBrowser;
}

/** Reminders of the meeting by push to this browser, for whoever came by an invitation. */
export class Reminder {
  readonly state = new Store<ReminderState>({ name: "notOffered" });
  readonly #api: ReminderParts["api"];
  readonly #invitation: ReminderParts["invitation"];
  readonly #browser: PushBrowser;
  #publicKey = "";

  constructor({ api, invitation, browser = pushBrowser }: ReminderParts) {
    this.#api = api;
    this.#invitation = invitation;
    this.#browser = browser;
  }

  /** Finds out how it stands. Without an answer nothing is offered. */
  async look(): Promise<void> {
    const invitation = this.#invitation();
    if (invitation === null) return;
    try {
      const subscription = this.#browser.supported ? await this.#browser.subscription() : null;
      this.#show(await this.#api.invitationPush(invitation, subscription?.endpoint));
    } catch {
      this.state.set({ name: "notOffered" });
    }
  }

  /** Asks for the permission first, as browsers want it right after the click. */
  async turnOn(): Promise<void> {
    await this.#change(async (invitation) => {
      const permission = await this.#browser.askPermission();
      if (permission !== "granted") return { name: permission === "denied" ? "denied" : "off" };
      const subscription = await this.#browser.subscribe(this.#publicKey);
      return this.#api.setInvitationPush(invitation, subscription);
    });
  }

  /** The browser stays subscribed: other meetings may use it. */
  async turnOff(): Promise<void> {
    await this.#change((invitation) => this.#api.setInvitationPush(invitation, null));
  }

  async #change(action: (invitation: string) => Promise<InvitationPush | Pick<Offered, "name">>): Promise<void> {
    const invitation = this.#invitation();
    const before = this.state.value;
    if (invitation === null || before.name === "notOffered" || before.name === "subscribing") return;
    this.state.set({ ...before, name: "subscribing", failed: false });
    try {
      const outcome = await action(invitation);
      if ("name" in outcome) this.state.set({ ...before, ...outcome, failed: false });
      else this.#show(outcome);
    } catch {
      this.state.set({ ...before, failed: true });
    }
  }

  #show({ subscribed, remindsOn, publicKey }: InvitationPush): void {
    this.#publicKey = publicKey;
    if (remindsOn == null) this.state.set({ name: "notOffered" });
    else this.state.set({ name: this.#nameOf(subscribed), comesOn: new Date(remindsOn), failed: false });
  }

  #nameOf(subscribed: boolean): Offered["name"] {
    if (!this.#browser.supported) return "unsupported";
    const permission = this.#browser.permission();
    if (permission === "denied") return "denied";
    return subscribed && permission === "granted" ? "on" : "off";
  }
}
