import { describe, expect, it, vi } from "vitest";
import { destinationOf, parseRoute, stripToken } from "../src/core/route";

describe("the route", () => {
  it("is the landing page at the root", () => {
    expect(parseRoute(new URL("http://localhost/"))).toEqual({ page: "landing" });
  });

  it("is a meeting with the name, the token and the wish to join at once", () => {
    expect(parseRoute(new URL("http://localhost/m/demo?name=%20Ann%20&autojoin=1&codec=av1#token=a.b.c"))).toEqual({
      page: "meeting",
      meeting: "demo",
      token: "a.b.c",
      invitation: null,
      name: "Ann",
      autojoin: true,
      codec: "AV1",
    });
  });

  it("knows a bare meeting", () => {
    expect(parseRoute(new URL("http://localhost/m/demo/"))).toMatchObject({ token: null, invitation: null, name: null, autojoin: false, codec: null });
  });

  it.each(["/m/", "/m/-x", "/m/a%20b", "/m/a/b", "/nowhere", `/m/${"a".repeat(65)}`])("says that %s is no meeting", (path) => {
    expect(parseRoute(new URL(`http://localhost${path}`))).toEqual({ page: "landing", problem: "invalidMeeting" });
  });

  it("cuts a name of more than 80 characters", () => {
    const route = parseRoute(new URL(`http://localhost/m/demo?name=${"a".repeat(200)}`));
    expect(route).toMatchObject({ name: "a".repeat(80) });
  });
});

describe("a code or a link", () => {
  const here = new URL("http://localhost:8080/");

  it.each([
    [" demo ", "/m/demo"],
    ["demo/", "/m/demo"],
    ["/m/demo", "/m/demo"],
    ["/m/demo/", "/m/demo/"],
    ["localhost:8080/m/demo", "/m/demo"],
    ["http://localhost:8080/m/weekly#token=t", "/m/weekly#token=t"],
  ])("leads from %o to %s", (text, path) => {
    expect(destinationOf(text, here)).toEqual({ path });
  });

  it.each(["https://meet.example/m/demo", "meet.example/m/demo#token=t", "//meet.example/m/demo"])(
    "is not followed to another host: %s",
    (text) => {
      expect(destinationOf(text, here)).toEqual({ problem: "otherHost", host: "meet.example" });
    },
  );

  it.each(["", "/", "a b", "https://meet.example/", "javascript:alert(1)", "../etc", "m/demo"])("is refused when it is %o", (text) => {
    expect(destinationOf(text, here)).toEqual({ problem: "invalid" });
  });
});

it("takes the token out of the address bar and leaves the rest", () => {
  const replaceState = vi.fn();
  const location = new URL("http://localhost/m/demo?name=Ann#token=secret") as unknown as Location;
  stripToken({ location, history: { replaceState } as unknown as History });
  expect(replaceState).toHaveBeenCalledWith(null, "", "/m/demo?name=Ann");
});
