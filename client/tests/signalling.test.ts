import { describe, expect, it } from "vitest";
import { ControlChannel } from "../src/core/control";
import { DeadlineError, SignallingError } from "../src/core/errors";
import { Signalling } from "../src/core/signalling";
import type { Join, Publish } from "../src/generated/protocol";
import { FakeSocket } from "./fakes/platform";
import { FakeDataChannel } from "./fakes/rtc";

function opened() {
  const heard: unknown[] = [];
  const sockets: FakeSocket[] = [];
  const signalling = new Signalling(
    (_url, listener) => {
      const socket = new FakeSocket(listener);
      sockets.push(socket);
      return socket;
    },
    "wss://signalling.invalid",
    "ses_1",
    { onMessage: (message) => heard.push(message), onStopped: () => heard.push("stopped") },
  );
  const [socket] = sockets;
  if (socket === undefined) throw new Error("no socket was opened");
  return { signalling, heard, socket };
}

const join = { grant: "g", offer: "o" };

describe("signalling", () => {
  it("sends to the node's group, and takes the answer with its own request id only", async () => {
    const { signalling, socket, heard } = opened();
    const answer = signalling.join(join, 1000);
    const sent = await socket.sentMessage<Join>("join");
    socket.receive({ type: "joined", requestId: "of another tab", peer: "peer_2" });
    socket.receive({ type: "joined", requestId: sent.requestId, peer: "peer_1" });
    await expect(answer).resolves.toMatchObject({ peer: "peer_1" });
    expect(socket.sent[0]?.group).toBe("sfu.ses_1");
    expect(heard).toEqual([]);
  });

  it("rejects a request with the node's code", async () => {
    const { signalling, socket } = opened();
    const answer = signalling.join(join, 1000);
    const { requestId } = await socket.sentMessage<Join>("join");
    socket.receive({ type: "error", requestId, code: "GrantExpired", message: "too old" });
    await expect(answer).rejects.toEqual(new SignallingError("GrantExpired", "too old"));
  });

  it("does not wait for ever", async () => {
    await expect(opened().signalling.join(join, 5)).rejects.toBeInstanceOf(DeadlineError);
  });

  it.each([null, 1, "text", [], {}, { type: 7 }, { type: "telepathy" }])("ignores %o", (data) => {
    const { socket, heard } = opened();
    socket.receive(data);
    expect(heard).toEqual([]);
  });
});

describe("the control channel", () => {
  function channel() {
    const fake = new FakeDataChannel();
    fake.open();
    const news: unknown[] = [];
    return { fake, news, control: new ControlChannel(fake.asChannel(), (message) => news.push(message)) };
  }

  it("answers a publication with its id", async () => {
    const { fake, control } = channel();
    const published = control.publish("2", "screen", false);
    const { requestId } = fake.sent[0] as Publish;
    fake.receive({ type: "published", requestId, mid: "2", publication: "pub_1" });
    await expect(published).resolves.toBe("pub_1");
  });

  it("rejects a publication with the node's code", async () => {
    const { fake, control } = channel();
    const published = control.publish("2", "screen", false);
    const { requestId } = fake.sent[0] as Publish;
    fake.receive({ type: "error", requestId, code: "NotAllowed", message: "no" });
    await expect(published).rejects.toMatchObject({ code: "NotAllowed" });
  });

  it("hands on news and ignores what it does not understand", () => {
    const { fake, news } = channel();
    for (const text of ["", "not json", "null", "[]", '{"type":"telepathy"}']) fake.receiveText(text);
    fake.receive({ type: "speakers", speakers: [] });
    expect(news).toEqual([{ type: "speakers", speakers: [] }]);
  });

  it("sends nothing once it is closed", async () => {
    const { fake, control } = channel();
    fake.close();
    control.send({ type: "unpublish", publication: "pub_1" });
    expect(fake.sent).toEqual([]);
    await expect(control.publish("2", "screen", false)).rejects.toBeInstanceOf(DeadlineError);
  });
});
