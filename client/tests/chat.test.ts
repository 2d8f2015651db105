import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Chat } from "../src/core/chat";
import type { ChatEvent, ChatMessage } from "../src/generated/protocol";

const ME = { participant: "me", name: "Ann" };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function connect(chat: Chat): ChatEvent[] {
  const sent: ChatEvent[] = [];
  chat.connect(ME, (event) => {
    sent.push(event);
    return Promise.resolve();
  });
  return sent;
}

function connected() {
  const chat = new Chat();
  return { chat, sent: connect(chat) };
}

/** Lets that many milliseconds pass, or what hardly needs any time. */
async function pass(ms = 1) {
  await vi.advanceTimersByTimeAsync(ms);
}

function message(changes: Partial<ChatMessage> = {}): ChatMessage {
  const sentOn = "2026-11-23T10:00:00Z";
  return { type: "chat", id: "m1", clientId: "c1", participant: "bo", name: "Bo", text: "hello", sentOn, ...changes };
}

function texts(chat: Chat): string[] {
  return chat.state.value.lines.map((line) => line.text);
}

describe("chat", () => {
  it("shows one's own message at once, and once after it came back", async () => {
    const { chat, sent } = connected();
    chat.send("  hi  ");
    expect(chat.state.value.lines).toMatchObject([{ text: "hi", status: "sending" }]);
    await pass();
    chat.receive(message({ ...ME, clientId: sent[0]?.clientId ?? "", text: "hi" }));
    expect(chat.state.value.lines).toMatchObject([{ text: "hi", status: "sent" }]);
    await pass(20_000);
    expect(chat.state.value).toMatchObject({ lines: [{ status: "sent" }], unread: 0 });
  });

  it("sends nothing for an empty text", async () => {
    const { chat, sent } = connected();
    chat.send("   ");
    await pass();
    expect(sent).toEqual([]);
  });

  it("counts what others wrote as unread until the panel is open", () => {
    const { chat } = connected();
    expect(chat.receive(message())).toBe(true);
    expect(chat.receive(message())).toBe(false);
    chat.receive(message({ clientId: "c2" }));
    expect(chat.state.value.unread).toBe(2);
    chat.setOpen(true);
    expect(chat.receive(message({ clientId: "c3" }))).toBe(false);
    expect(chat.state.value.unread).toBe(0);
  });

  it("merges the history with what came meanwhile, in the order of sending", () => {
    const { chat } = connected();
    const late = message({ clientId: "late", text: "late", sentOn: "2026-11-23T11:00:00Z" });
    chat.receive(late);
    chat.addHistory([message({ text: "early" }), late]);
    expect(texts(chat)).toEqual(["early", "late"]);
    expect(chat.state.value.unread).toBe(1);
  });

  it("lets nobody overwrite another's message by its client id", () => {
    const { chat } = connected();
    chat.receive(message());
    chat.receive(message({ participant: "mallory", name: "Mallory", text: "forged" }));
    expect(texts(chat)).toEqual(["hello", "forged"]);
  });

  it("keeps what is under way below what was sent, in the order of typing, whatever the clocks say", async () => {
    const { chat, sent } = connected();
    chat.send("first");
    chat.send("second");
    await pass();
    chat.receive(message({ text: "from the future", sentOn: "2099-01-01T00:00:00Z" }));
    expect(texts(chat)).toEqual(["from the future", "first", "second"]);
    chat.receive(message({ ...ME, clientId: sent[1]?.clientId ?? "", text: "second", sentOn: "1999-01-01T00:00:00Z" }));
    expect(texts(chat)).toEqual(["second", "from the future", "first"]);
  });
});

describe("a message that does not get through", () => {
  it("is marked with the code of its refusal, and goes again with the same id", async () => {
    const { chat, sent } = connected();
    chat.send("hi");
    await pass();
    const clientId = sent[0]?.clientId ?? "";
    chat.refuse("another's", "NotAllowed");
    chat.refuse(clientId, "NotAllowed");
    expect(chat.state.value.lines).toMatchObject([{ status: "failed", code: "NotAllowed" }]);
    chat.retry(clientId);
    await pass();
    expect(sent.map((event) => event.clientId)).toEqual([clientId, clientId]);
  });

  it("is the one that waits longest when the refusal does not say", async () => {
    const { chat } = connected();
    chat.send("first");
    chat.send("second");
    await pass();
    chat.refuseOldest("TooManyRequests");
    expect(chat.state.value.lines.map((line) => line.status)).toEqual(["failed", "sending"]);
  });

  it("has failed when it has not come back after ten seconds, and is sent after all if it comes later", async () => {
    const { chat, sent } = connected();
    chat.send("hi");
    await pass(9_900);
    expect(chat.state.value.lines).toMatchObject([{ status: "sending" }]);
    await pass(200);
    expect(chat.state.value.lines).toMatchObject([{ status: "failed" }]);
    chat.receive(message({ ...ME, clientId: sent[0]?.clientId ?? "", text: "hi" }));
    expect(chat.state.value.lines).toMatchObject([{ status: "sent" }]);
  });

  it("does not hold up the others when the socket swallows it", async () => {
    const chat = new Chat();
    const sent: string[] = [];
    chat.connect(ME, ({ text }) => {
      sent.push(text);
      return text === "stuck" ? new Promise(() => undefined) : Promise.resolve();
    });
    chat.send("stuck");
    chat.send("next");
    await pass(10_100);
    expect(sent).toEqual(["stuck", "next"]);
  });

  it("has failed when it cannot be sent", async () => {
    const chat = new Chat();
    chat.connect(ME, () => Promise.reject(new Error("socket closed")));
    chat.send("hi");
    await pass();
    expect(chat.state.value.lines).toMatchObject([{ status: "failed" }]);
  });

  it("fails after ten seconds without any connection", async () => {
    const { chat } = connected();
    chat.disconnect();
    expect(chat.state.value.connected).toBe(false);
    chat.send("hi");
    await pass(10_100);
    expect(chat.state.value.lines).toMatchObject([{ status: "failed" }]);
  });
});

describe("the pace of sending", () => {
  it("is eight at once and then two in a second, and nothing fails for waiting its turn", async () => {
    const { chat, sent } = connected();
    await pass(60_000);
    for (let index = 0; index < 40; index += 1) chat.send(`line ${index}`);
    await pass();
    expect(sent).toHaveLength(8);
    await pass(1_000);
    expect(sent).toHaveLength(10);
    for (let index = 0; index < 20; index += 1) {
      for (const event of sent) chat.receive(message({ ...ME, ...event }));
      await pass(1_000);
    }
    expect(sent.map((event) => event.text)).toEqual(Array.from({ length: 40 }, (_, index) => `line ${index}`));
    expect(chat.state.value.lines.some((line) => line.status === "failed")).toBe(false);
  });

  it("is five at once for what goes again over the next connection", async () => {
    const { chat, sent } = connected();
    await pass(60_000);
    for (let index = 0; index < 8; index += 1) chat.send(`line ${index}`);
    await pass();
    chat.disconnect();
    await pass(5_000);
    const again = connect(chat);
    await pass();
    expect(again).toEqual(sent.slice(0, 5));
    await pass(1_500);
    expect(again).toEqual(sent);
  });
});
