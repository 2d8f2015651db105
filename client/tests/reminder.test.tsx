// @vitest-environment jsdom
import { FluentProvider } from "@fluentui/react-components";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ReminderSwitch } from "../src/components/ReminderSwitch";
import { ApiError } from "../src/core/errors";
import type { PushBrowser } from "../src/core/pushBrowser";
import { Reminder } from "../src/core/reminder";
import { strings } from "../src/strings";
import { theme } from "../src/theme";

const SUBSCRIPTION = { endpoint: "https://push.example/1", keys: { p256dh: "point", auth: "secret" } };
const COMES_ON = "2026-12-02T08:45:00.000000Z";
const words = strings.reminder;

afterEach(cleanup);

/** A browser whose person answers that when asked, and an API that keeps one subscription. */
function world(answer: NotificationPermission = "granted", changes: Pick<Partial<PushBrowser>, "supported" | "subscription"> = {}) {
  let permission: NotificationPermission = "default";
  let registered: string | undefined;
  const browser = {
    supported: true,
    permission: () => permission,
    askPermission: vi.fn(() => Promise.resolve((permission = answer))),
    subscription: () => Promise.resolve(registered === undefined ? null : SUBSCRIPTION),
    subscribe: vi.fn(() => Promise.resolve(SUBSCRIPTION as PushSubscriptionJSON)),
    ...changes,
  };
  const state = (endpoint: string | undefined) =>
    Promise.resolve({ subscribed: endpoint !== undefined && endpoint === registered, remindsOn: COMES_ON, publicKey: "key" });
  const api = {
    invitationPush: vi.fn((_: string, endpoint: string | undefined) => state(endpoint)),
    setInvitationPush: vi.fn((_: string, push: PushSubscriptionJSON | null) => {
      registered = push?.endpoint;
      return state(registered);
    }),
  };
  const reminder = new Reminder({ api, invitation: () => "invitation", browser });
  return { reminder, api, browser };
}

/** The control, once it has found out how it stands. */
async function show(reminder: Reminder) {
  render(
    <FluentProvider theme={theme}>
      <ReminderSwitch reminder={reminder} />
    </FluentProvider>,
  );
  return screen.findByTestId("reminder");
}

function press() {
  fireEvent.click(screen.getByRole("switch", { name: words.label }));
}

async function becomes(element: HTMLElement, state: string) {
  await vi.waitFor(() => {
    expect(element.dataset.state).toBe(state);
  });
}

describe("a reminder by push", () => {
  it("is turned on and off again, and says when it comes", async () => {
    const { reminder, api, browser } = world();
    const element = await show(reminder);
    expect(element.dataset.state).toBe("off");
    expect(screen.getByRole("status").textContent).toBe(words.off(new Date(COMES_ON)));
    press();
    await becomes(element, "on");
    expect(browser.subscribe).toHaveBeenCalledWith("key");
    expect(api.setInvitationPush).toHaveBeenLastCalledWith("invitation", SUBSCRIPTION);
    expect(screen.getByRole<HTMLInputElement>("switch").checked).toBe(true);
    press();
    await becomes(element, "off");
    expect(api.setInvitationPush).toHaveBeenLastCalledWith("invitation", null);
  });

  it("is still on when the page is opened again, and off where another browser has it", async () => {
    const { reminder, api } = world();
    await reminder.look();
    await reminder.turnOn();
    await reminder.look();
    expect(reminder.state.value.name).toBe("on");
    await api.setInvitationPush("invitation", { ...SUBSCRIPTION, endpoint: "https://push.example/2" });
    await reminder.look();
    expect(reminder.state.value.name).toBe("off");
  });

  it("says that it is being turned on, and cannot be pressed twice meanwhile", async () => {
    const { reminder, browser } = world();
    browser.subscribe.mockReturnValue(new Promise<never>(() => undefined));
    const element = await show(reminder);
    press();
    await becomes(element, "subscribing");
    expect(screen.getByRole<HTMLInputElement>("switch").disabled).toBe(true);
    await reminder.turnOn();
    expect(browser.askPermission).toHaveBeenCalledOnce();
  });

  it("says how to allow notifications where they are blocked", async () => {
    const { reminder, browser } = world("denied");
    const element = await show(reminder);
    press();
    await becomes(element, "denied");
    expect(screen.getByText(words.denied())).toBeTruthy();
    expect(browser.subscribe).not.toHaveBeenCalled();
  });

  it("stays off when the question is closed without an answer", async () => {
    const { reminder, browser } = world("default");
    const element = await show(reminder);
    press();
    await vi.waitFor(() => {
      expect(browser.askPermission).toHaveBeenCalled();
    });
    await becomes(element, "off");
  });

  it("says when it did not work, and can be tried again", async () => {
    const { reminder, browser } = world();
    browser.subscribe.mockRejectedValueOnce(new DOMException("no push service", "AbortError"));
    const element = await show(reminder);
    press();
    expect(await screen.findByRole("alert")).toBeTruthy();
    expect(element.dataset.state).toBe("off");
    press();
    await becomes(element, "on");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("has no switch in a browser that cannot do it, and says so", async () => {
    const { reminder } = world("granted", { supported: false, subscription: () => Promise.reject(new TypeError("no push")) });
    const element = await show(reminder);
    expect(element.dataset.state).toBe("unsupported");
    expect(screen.queryByRole("switch")).toBeNull();
    expect(screen.getByText(words.unsupported())).toBeTruthy();
  });

  it("is not offered where nothing is pushed, no reminder comes, or nobody was invited", async () => {
    const { reminder, api } = world();
    api.invitationPush.mockRejectedValueOnce(new ApiError(404, "WebPushNotConfigured", ""));
    await reminder.look();
    expect(reminder.state.value.name).toBe("notOffered");
    const { reminder: without, api: other } = world();
    other.invitationPush.mockResolvedValueOnce({ subscribed: false, publicKey: "key" } as never);
    await without.look();
    expect(without.state.value.name).toBe("notOffered");
    const stranger = new Reminder({ api, invitation: () => null });
    await stranger.look();
    expect(stranger.state.value.name).toBe("notOffered");
  });
});
