import { describe, expect, it, vi } from "vitest";
import code from "../public/push-worker.js?raw";

/** Runs the worker's script, in which `self` is that. */
const run = eval(`(self) => {${code}}`) as (self: object) => void;
const ORIGIN = "https://meet.example";
const LINK = `${ORIGIN}/m/weekly#invitation=abc`;

interface Shown {
  title: string;
  options: { body?: string; data: { url: string } };
}

/** The service worker in a browser that has those tabs open. */
function worker(...tabs: string[]) {
  const listeners = new Map<string, (event: unknown) => void>();
  const shown: Shown[] = [];
  const openWindow = vi.fn();
  const windows = tabs.map((url) => ({ url, focus: vi.fn() }));
  const self = {
    location: { origin: ORIGIN },
    skipWaiting: () => Promise.resolve(),
    addEventListener: (type: string, listener: (event: unknown) => void) => listeners.set(type, listener),
    registration: {
      showNotification: (title: string, options: Shown["options"]) => {
        shown.push({ title, options });
        return Promise.resolve();
      },
    },
    clients: { matchAll: () => Promise.resolve(windows), openWindow },
  };
  run(self);
  const happens = async (type: string, event: object) => {
    let done: Promise<unknown> = Promise.resolve();
    const waitUntil = (promise: Promise<unknown>) => {
      done = promise;
    };
    listeners.get(type)?.({ ...event, waitUntil });
    await done;
  };
  const push = (text: string) => happens("push", { data: { json: () => JSON.parse(text) as unknown } });
  const click = async (url: string) => {
    const close = vi.fn();
    await happens("notificationclick", { notification: { close, data: { url } } });
    expect(close).toHaveBeenCalled();
  };
  return { push, click, happens, shown, openWindow, windows };
}

describe("the service worker", () => {
  it("shows what is pushed", async () => {
    const { push, shown } = worker();
    await push(JSON.stringify({ title: "Soon: Weekly", body: "It begins at ten.", url: LINK, lang: "de", tag: "t1" }));
    expect(shown).toEqual([
      { title: "Soon: Weekly", options: { body: "It begins at ten.", lang: "de", tag: "t1", dir: "auto", data: { url: LINK } } },
    ]);
  });

  it("shows something also for what it cannot read", async () => {
    const { push, happens, shown } = worker();
    await push("no JSON");
    await push("null");
    await happens("push", { data: null });
    expect(shown.map(({ title, options }) => [title, options.data.url])).toEqual(Array(3).fill(["Parley", "/"]));
  });

  it("opens the meeting when it is clicked", async () => {
    const { click, openWindow, windows } = worker(`${ORIGIN}/m/other`);
    await click(LINK);
    expect(openWindow).toHaveBeenCalledWith(LINK);
    expect(windows[0]?.focus).not.toHaveBeenCalled();
  });

  it("goes to the tab that is there already", async () => {
    const { click, openWindow, windows } = worker(`${ORIGIN}/m/weekly`);
    await click(LINK);
    expect(windows[0]?.focus).toHaveBeenCalled();
    expect(openWindow).not.toHaveBeenCalled();
  });

  it("opens no other site", async () => {
    const { click, openWindow } = worker();
    await click("https://evil.example/m/weekly");
    expect(openWindow).toHaveBeenCalledWith(`${ORIGIN}/`);
  });
});
