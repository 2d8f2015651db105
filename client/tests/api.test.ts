import { describe, expect, it, vi } from "vitest";
import { Api } from "../src/core/api";
import { ApiError, NetworkError } from "../src/core/errors";

function apiThat(answer: () => Promise<Response>) {
  const fetchFunction = vi.fn<typeof fetch>(answer);
  return { api: new Api("", fetchFunction), fetchFunction };
}

describe("the API", () => {
  it("joins with the token as bearer and an empty body", async () => {
    const { api, fetchFunction } = apiThat(() => Promise.resolve(Response.json({ provider: "sfu", peer: "peer_1" })));
    await expect(api.join("token")).resolves.toEqual({ provider: "sfu", peer: "peer_1" });
    const [url, init] = fetchFunction.mock.calls[0] ?? [];
    expect(url).toBe("/sessions:join");
    expect(new Headers(init?.headers).get("authorization")).toBe("Bearer token");
    expect(init?.body).toBe("{}");
  });

  it.each(["acs", "livekit"])("does not take media that %s carries for its own", async (provider) => {
    const { api } = apiThat(() => Promise.resolve(Response.json({ provider, [provider]: {} })));
    await expect(api.join("token")).rejects.toMatchObject({ name: "ProviderError", provider });
  });

  it("turns a refusal into its code, and Retry-After into milliseconds", async () => {
    const body = { error: { code: "NoNodeAvailable", message: "no room" } };
    const { api } = apiThat(() => Promise.resolve(Response.json(body, { status: 503, headers: { "retry-after": "2" } })));
    await expect(api.join("token")).rejects.toMatchObject({ status: 503, code: "NoNodeAvailable", retryAfterMs: 2000 });
  });

  it("makes do with an error that is no JSON", async () => {
    const { api } = apiThat(() => Promise.resolve(new Response("<html>", { status: 502 })));
    const error = await api.join("token").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 502, code: "Http502" });
  });

  it("says when nobody answered", async () => {
    const { api } = apiThat(() => Promise.reject(new TypeError("failed to fetch")));
    await expect(api.join("token")).rejects.toBeInstanceOf(NetworkError);
  });

  it("leaves by a request that outlives the page", async () => {
    const { api, fetchFunction } = apiThat(() => Promise.resolve(new Response(null, { status: 204 })));
    await api.leave("ses_1", "peer_1", "token");
    const [url, init] = fetchFunction.mock.calls[0] ?? [];
    expect(url).toBe("/sessions/ses_1:leave");
    expect(init).toMatchObject({ method: "POST", keepalive: true, body: '{"peer":"peer_1"}' });
  });
});
