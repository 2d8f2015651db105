/** One call of the API, before it is a request. What is undefined in `query` and `headers` is left out. */
export interface Call {
  method: string;
  /** Begins with a slash. */
  path: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  headers?: Readonly<Record<string, string | undefined>>;
  content?: unknown;
  /** Whether it does no harm to send it again when nobody knows whether it was done; it does none unless told so. */
  repeatable?: boolean;
}

/** What every method takes beside its own options. */
export interface CallOptions {
  /** Gives the call up. */
  signal?: AbortSignal;
}

/** Encoding does not help: `%2e%2e` goes up, too (WHATWG URL, "double-dot path segment"). */
const OTHER_PATHS: readonly string[] = ["", ".", ".."];

/** One segment of a path. Throws RangeError for what would make it another path: nothing, `.` and `..`. */
export function segment(text: string): string {
  if (OTHER_PATHS.includes(text)) throw new RangeError(`${JSON.stringify(text)} is no id`);
  return encodeURIComponent(text);
}

/** An idempotency key: it makes a call that creates something safe to repeat. */
export function newKey(): string {
  return crypto.randomUUID();
}
