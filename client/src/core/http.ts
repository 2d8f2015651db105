import { ApiError, NetworkError, type Opening } from "./errors";
import type { Schemas } from "./schemas";

type ErrorBody = Partial<Schemas["ErrorBody"]>;

export interface HttpRequest {
  method: "GET" | "POST" | "PATCH";
  token?: string;
  body?: unknown;
  signal?: AbortSignal;
  /** Lets the request outlive the page (at most 64 KiB of body). */
  keepalive?: boolean;
}

/** Requests to the HTTP API. Refusals are ApiErrors; no answer is a NetworkError. */
export class Http {
  readonly #fetch: typeof fetch;
  readonly #origin: string;

  constructor(origin: string, fetchFunction: typeof fetch) {
    this.#origin = origin;
    this.#fetch = fetchFunction;
  }

  async json<T>(path: string, request: HttpRequest): Promise<T> {
    const response = await this.send(path, request);
    return (await response.json()) as T;
  }

  async send(path: string, { token, body, ...init }: HttpRequest): Promise<Response> {
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
  const body = (await response.json().catch(() => null)) as { error?: ErrorBody } | null;
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiError(
    response.status,
    body?.error?.code ?? response.headers.get("x-ms-error-code") ?? `Http${response.status}`,
    body?.error?.message ?? response.statusText,
    Number.isFinite(retryAfter) ? retryAfter * 1000 : undefined,
    openingOf(body?.error),
  );
}

function openingOf(error: ErrorBody | undefined): Opening | undefined {
  if (error?.opensOn == null || error.startsOn == null) return undefined;
  return { opensOn: new Date(error.opensOn), startsOn: new Date(error.startsOn) };
}
