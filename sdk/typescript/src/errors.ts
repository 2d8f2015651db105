/** Anything that this package throws, but for the AbortError of a signal of yours. */
export class ParleyError extends Error {
  override name = "ParleyError";
}

/** One wrong field: `target` is its JSON pointer in the body, or the name of a parameter. */
export interface ErrorDetail {
  readonly code: string;
  readonly target: string;
  readonly message: string;
}

/** The API has answered with an error. */
export class ApiError extends ParleyError {
  override name = "ApiError";

  constructor(
    readonly status: number,
    /** Stable: this is what to decide by. */
    readonly code: string,
    message: string,
    readonly target?: string,
    readonly details: readonly ErrorDetail[] = [],
    /** What to name when asking for help. */
    readonly requestId?: string,
    /** Seconds after which to try again. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  static async of(response: Response): Promise<ApiError> {
    const body = (await response.json().catch(() => null)) as { error?: Partial<ApiError> } | null;
    const error = body?.error;
    return new ApiError(
      response.status,
      error?.code ?? response.headers.get("x-ms-error-code") ?? `Http${response.status}`,
      error?.message ?? response.statusText,
      error?.target,
      error?.details ?? [],
      response.headers.get("x-ms-request-id") ?? undefined,
      retryAfter(response),
    );
  }
}

/** What was given as the platform's origin is none: it is missing, or no address of http or https. */
export class InvalidEndpointError extends ParleyError {
  override name = "InvalidEndpointError";
}

/** The API was not reached, or its answer did not come in time. */
export class NoAnswerError extends ParleyError {
  override name = "NoAnswerError";
}

/** Long work has ended without success. */
export class OperationFailedError extends ParleyError {
  override name = "OperationFailedError";
}

/** A message is not from Parley, or too old. */
export class WebhookVerificationError extends ParleyError {
  override name = "WebhookVerificationError";
}

/** The seconds in the header Retry-After. */
export function retryAfter(response: Response): number | undefined {
  const text = response.headers.get("retry-after");
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
