/**
 * What may go wrong between here and the meeting:
 *
 *   ParleyError
 *   ├── ApiError         the HTTP API answered with an error
 *   ├── NetworkError     the HTTP API did not answer
 *   ├── ProviderError    the media is carried by a provider that this client cannot play
 *   ├── SignallingError  the node or the control plane answered a message with `error`
 *   ├── DeadlineError    nobody answered in time
 *   └── ConnectError     joining failed at a named step, for one of the reasons above
 */
import type { ErrorCode } from "../generated/protocol";

/** When a meeting that is not open yet lets people in, and when it begins. */
export interface Opening {
  opensOn: Date;
  startsOn: Date;
}

export class ParleyError extends Error {
  override readonly name: string = "ParleyError";
}

export class ApiError extends ParleyError {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  /** What `Retry-After` asked for, if it was there. */
  readonly retryAfterMs: number | undefined;
  /** When what was refused will be allowed, where that is known. */
  readonly opening: Opening | undefined;

  constructor(status: number, code: string, message: string, retryAfterMs?: number, opening?: Opening) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.opening = opening;
  }
}

export class NetworkError extends ParleyError {
  override readonly name = "NetworkError";
}

export class ProviderError extends ParleyError {
  override readonly name = "ProviderError";
  readonly provider: string;

  constructor(provider: string) {
    super(`the media is carried by ${provider}`);
    this.provider = provider;
  }
}

export class SignallingError extends ParleyError {
  override readonly name = "SignallingError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export class DeadlineError extends ParleyError {
  override readonly name = "DeadlineError";

  constructor(awaited: string) {
    super(`${awaited} did not come in time`);
  }
}

/** The steps of joining, in their order; the connecting screen names the one that does not succeed. */
export const JOIN_STEPS = ["api", "signalling", "ice", "media"] as const;
export type JoinStep = (typeof JOIN_STEPS)[number];

export class ConnectError extends ParleyError {
  override readonly name = "ConnectError";
  readonly step: JoinStep;

  constructor(step: JoinStep, cause: unknown) {
    super(`joining failed at ${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.step = step;
  }
}

/** The `name` of whatever was thrown, such as `NotAllowedError` of a DOMException; empty without one. */
export function errorName(error: unknown): string {
  const name = typeof error === "object" && error !== null && "name" in error ? error.name : "";
  return typeof name === "string" ? name : "";
}
