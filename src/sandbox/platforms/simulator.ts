/** What one simulated platform is, and what the server that carries it gives it. */

export interface SimRequest {
  readonly method: string;
  /** Without the platform's prefix, e.g. '/v26.0/123/feed'. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body on disk: simulators must not need the memory either. */
  readonly body: SimBody;
}

export interface SimBody {
  readonly length: number;
  /** Of the raw body, hex; known without reading it again. */
  readonly sha256: string;
  /** For JSON, forms and other small bodies. @throws RangeError over 32 MB */
  bytes(): Buffer;
  text(): string;
  /** undefined when it is not JSON */
  json(): unknown;
  /** application/x-www-form-urlencoded, or the text fields of multipart/form-data */
  form(): URLSearchParams;
  /** Files of multipart/form-data. */
  files(): readonly SimFile[];
  /** Path of the raw body, valid until the answer was sent; copy what must live longer. */
  readonly file: string;
}

export interface SimFile {
  readonly name: string;
  readonly filename: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface SimResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** At most one of the two. */
  readonly json?: unknown;
  readonly text?: string;
}

/** What became public: the ledger that every proof is read from. */
export interface PublicPost {
  readonly platform: string;
  readonly account: string;
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  /** sha256 of the bytes of each medium, in order. */
  readonly media: readonly string[];
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Address a person would open. */
  readonly url: string;
}

/** An account that the simulator knows. */
export interface SimAccount {
  readonly id: string;
  readonly name: string;
  /** Accepted access token; every other one is refused as the platform refuses it. */
  readonly token: string;
  readonly refreshToken?: string;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch; after it the token is refused as expired. */
  readonly tokenExpiresAt?: number;
  /** Facts of one platform, e.g. { instagramId } of a Page or { organization: true }. */
  readonly extra?: Readonly<Record<string, string | boolean>>;
}

export interface SimWorld {
  now(): Date;
  /** Address under which this platform answers, without trailing slash: for upload URLs in answers. */
  readonly base: string;
  readonly accounts: readonly SimAccount[];
  /** Replaces an account (token rotation). */
  replaceAccount(account: SimAccount): void;
  /** Enters the ledger at `at`; listings must use `visible()` so that the fault 'listing_lag' works. */
  publish(post: Omit<PublicPost, 'platform' | 'at'>): PublicPost;
  /** Public posts of one account, newest first, without those that the fault 'listing_lag' still hides. */
  visible(account: string): readonly PublicPost[];
  /** Downloads media as the platform would (public URL); null when it cannot be fetched. */
  fetchMedia(url: string): Promise<{ readonly bytes: Buffer; readonly type: string } | null>;
  /** A number that never repeats in this sandbox, for ids. */
  nextNumber(): number;
  /** How long simulated processing takes, milliseconds; containers and videos need several polls. */
  readonly processingMs: number;
  sha256(bytes: Buffer): string;
}

export interface Simulator {
  readonly platform: string;
  /** What is visible is decided in here, synchronously with the answer. A refusal may be thrown (refusal.ts). */
  handle(request: SimRequest): Promise<SimResponse>;
  /** What had arrived of a request whose client went away in the middle. Absent: it counts for nothing. */
  cutOff?(request: SimRequest): Promise<void>;
  /** Bodies and headers of the platform's own error answers, used by the fault knobs. */
  readonly faults: {
    refused(): SimResponse;
    rateLimited(): SimResponse;
    serverError(): SimResponse;
    tokenExpired(): SimResponse;
  };
}

export type MakeSimulator = (world: SimWorld) => Simulator;

/** One fault, set by POST /_sandbox/faults (a JSON array of these replaces all). */
export interface Fault {
  readonly platform: string;
  /** Regular expression on "METHOD /path"; absent: every request. */
  readonly match?: string;
  readonly kind:
    | 'refuse'
    | 'rate_limit'
    | 'server_error_before'
    | 'server_error_after'
    | 'drop_before'
    | 'drop_after'
    | 'slow'
    | 'listing_lag'
    | 'token_expired';
  /** How many requests it hits; absent: until replaced. */
  readonly times?: number;
  /** For 'slow' and 'listing_lag', milliseconds. */
  readonly ms?: number;
}
