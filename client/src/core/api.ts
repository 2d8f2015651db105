import type { components } from "../generated/api";
import { ApiError, NetworkError, ProviderError } from "./errors";

type Schemas = components["schemas"];
export type JoinAnswer = Schemas["JoinResponse"];
export type LobbyAnswer = Schemas["LobbyResponse"];
type ElsewhereAnswer = Schemas["AcsJoinResponse"] | Schemas["LiveKitJoinResponse"];
export type IssuedToken = Schemas["IssuedToken"];
export type StoredMessage = Schemas["ChatMessage"];

interface Request {
  method: "GET" | "POST";
  token?: string;
  body?: unknown;
  signal?: AbortSignal;
  /** Lets the request outlive the page (at most 64 KiB of body). */
  keepalive?: boolean;
}

/** The part of the HTTP API that the client needs. Refusals are ApiErrors; no answer is a NetworkError. */
export class Api {
  readonly #fetch: typeof fetch;
  readonly #origin: string;

  constructor(origin = "", fetchFunction: typeof fetch = (...args) => fetch(...args)) {
    this.#origin = origin;
    this.#fetch = fetchFunction;
  }

  /** A join token for a meeting that is open to everybody; 404 when it is not. */
  issueOpenToken(meeting: string, name: string, signal?: AbortSignal): Promise<IssuedToken> {
    return this.#json(`/openMeetings/${encodeURIComponent(meeting)}:issueToken`, {
      method: "POST",
      body: { name },
      ...(signal && { signal }),
    });
  }

  /** Comes in, or learns that one has to wait; a ProviderError where somebody carries the media whom we cannot play. */
  async join(token: string, signal?: AbortSignal): Promise<JoinAnswer | LobbyAnswer> {
    const request: Request = { method: "POST", token, body: {}, ...(signal && { signal }) };
    const answer = await this.#json<JoinAnswer | LobbyAnswer | ElsewhereAnswer>("/sessions:join", request);
    if ("acs" in answer || "livekit" in answer) throw new ProviderError(answer.provider);
    return answer;
  }

  /** Ends this Peer; a Peer that another has replaced meanwhile is left alone by the API. */
  async leave(session: string, peer: string, token: string): Promise<void> {
    await this.#send(`/sessions/${session}:leave`, { method: "POST", token, body: { peer }, keepalive: true });
  }

  /** The newest messages of the meeting's chat, oldest first. */
  async messages(meeting: string, token: string): Promise<StoredMessage[]> {
    const page: { value: StoredMessage[] } = await this.#json(`/meetings/${encodeURIComponent(meeting)}/messages`, {
      method: "GET",
      token,
    });
    return page.value;
  }

  async #json<T>(path: string, request: Request): Promise<T> {
    const response = await this.#send(path, request);
    return (await response.json()) as T;
  }

  async #send(path: string, { token, body, ...init }: Request): Promise<Response> {
    const headers = new Headers();
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    let response: Response;
    try {
      response = await this.#fetch(this.#origin + path, {
        ...init,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new NetworkError("the meeting service did not answer", { cause: error });
    }
    if (!response.ok) throw await apiError(response);
    return response;
  }
}

async function apiError(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as { error?: { code?: string; message?: string } } | null;
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiError(
    response.status,
    body?.error?.code ?? response.headers.get("x-ms-error-code") ?? `Http${response.status}`,
    body?.error?.message ?? response.statusText,
    Number.isFinite(retryAfter) ? retryAfter * 1000 : undefined,
  );
}
