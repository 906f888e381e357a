import type { Secret } from './secret.ts';

/** The permission to send one request that makes an effect visible; see docs/guarantees.md, "Arm". */
export interface Arm {
  readonly id: string;
  /**
   * Throws ArmExpired when the request may no longer leave. The HTTP client calls it in the turn that
   * writes the first byte, after DNS, connect and TLS, on a fresh connection.
   */
  check(): void;
}

export class ArmExpired extends Error {
  override readonly name = 'ArmExpired';
}

export interface MultipartField {
  readonly name: string;
  readonly value: string | { readonly file: HttpSource; readonly filename: string; readonly type: string };
}

/** Bytes that can be opened again, so that memory does not grow with the file. */
export interface HttpSource {
  /** Length in bytes of what `open` yields. */
  readonly length: number;
  open(): AsyncIterable<Uint8Array>;
}

export type HttpBody =
  | { readonly json: unknown }
  | { readonly form: Readonly<Record<string, string | Secret>> }
  | { readonly multipart: readonly MultipartField[] }
  | { readonly source: HttpSource; readonly type: string };

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The platform's real URL; an `<PLATFORM>_API_URL` replaces its origin, the path stays. */
  readonly url: string | Secret;
  /** The server of the account whose token is beside it (`Account.server`): then it goes there or nowhere. */
  readonly server?: string | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string | Secret>>;
  readonly body?: HttpBody;
  /** Present exactly when this request makes an effect visible: fresh connection, no redirect, no replay. */
  readonly arm?: Arm;
  readonly timeoutMs?: number;
  /** Ends it; an armed one that has begun to leave is finished. */
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The parsed JSON body, or undefined when the body is not JSON. */
  readonly json: unknown;
}

/**
 * Every status is an answer, not an error. Redirects are never followed.
 * @throws HttpFailure when there is no whole answer.
 */
export interface Http {
  request(request: HttpRequest): Promise<HttpResponse>;
}

/**
 * `sent: false`: not one byte of the request left (DNS, refused, connect time-out, expired arm).
 * `sent: true`: it may have arrived.
 */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly sent: boolean;
  readonly reason:
    | 'dns'
    | 'private_address'
    | 'refused'
    | 'connect_timeout'
    | 'tls'
    | 'arm_expired'
    | 'timeout'
    | 'reset'
    | 'aborted'
    | 'too_large';

  constructor(sent: boolean, reason: HttpFailure['reason'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.sent = sent;
    this.reason = reason;
  }
}
