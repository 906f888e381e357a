import type { Dispatcher } from 'undici';
import type { Arm, HttpFailure, HttpRequest, HttpResponse, HttpSource } from '../core/http.ts';
import type { EncodedBody } from './encode-body.ts';
import { connectReason, type FailureReason, httpFailure } from './failure.ts';
import { readAnswer } from './read-answer.ts';

export interface ExchangePlan {
  readonly dispatcher: Dispatcher;
  readonly method: HttpRequest['method'];
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: EncodedBody;
  readonly arm: Arm | undefined;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly signal: AbortSignal | undefined;
}

export type ExchangeResult =
  | { readonly ok: true; readonly response: HttpResponse }
  /** `answered`: the head of an answer was seen, so even a GET is not asked again. */
  | { readonly ok: false; readonly failure: HttpFailure; readonly answered: boolean };

/** One request and its answer on one connection. Never throws. */
export function exchange(plan: ExchangePlan): Promise<ExchangeResult> {
  return new Promise((resolve) => new Exchange(plan, resolve).start());
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #plan: ExchangePlan;
  readonly #resolve: (result: ExchangeResult) => void;
  readonly #startedAt = performance.now();
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #upload: AsyncIterator<Uint8Array> | undefined;
  /** From the moment the first byte may leave. */
  #sent = false;
  #connected = false;
  #settled = false;
  #status = 0;
  #headers: Record<string, string> = {};
  #bytes = 0;

  constructor(plan: ExchangePlan, resolve: (result: ExchangeResult) => void) {
    this.#plan = plan;
    this.#resolve = resolve;
  }

  start(): void {
    const { dispatcher, method, url, headers, body, signal, connectTimeoutMs, timeoutMs } = this.#plan;
    if (signal?.aborted) {
      this.#fail('aborted');
      return;
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    const limit = Math.min(connectTimeoutMs, timeoutMs);
    this.#timer = setTimeout(() => this.#fail('connect_timeout', limit), limit);
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: { ...headers, ...bodyHeaders(body) },
        body: this.#wireBody(),
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      this,
    );
  }

  /** undici calls this after DNS, TCP and TLS, in the turn in which it writes a body of bytes (client-h1.js, writeH1). */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#connected = true;
    if (this.#settled) {
      controller.abort(new Error('given up'));
      return;
    }
    if (!this.#mayLeave()) return;
    this.#sent = this.#plan.body.kind !== 'stream';
    this.#limitTo(this.#plan.timeoutMs - (performance.now() - this.#startedAt));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined)
        this.#headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#plan.maxAnswerBytes) this.#fail('too_large', this.#plan.maxAnswerBytes);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    this.#end();
    const response = readAnswer(this.#status, this.#headers, Buffer.concat(this.#chunks));
    this.#resolve({ ok: true, response });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const reason = this.#connected ? 'reset' : connectReason(error, this.#plan.url.protocol);
    this.#fail(reason, this.#plan.connectTimeoutMs, error);
  }

  /** What is armed and under way is finished, because its answer decides whether it went out. */
  readonly #onAbort = (): void => {
    if (this.#plan.arm === undefined || !this.#sent) this.#fail('aborted');
  };

  #wireBody(): Buffer | null {
    const { body } = this.#plan;
    if (body.kind === 'none') return null;
    if (body.kind === 'bytes') return body.bytes;
    // undici's documentation admits any async iterable; its types name Readable only, which reads ahead of the arm.
    return this.#stream(body.source) as unknown as Buffer;
  }

  /** undici writes the head together with the first chunk, so the arm is looked at once more right before it. */
  async *#stream(source: HttpSource): AsyncGenerator<Uint8Array> {
    const upload = source.open()[Symbol.asyncIterator]();
    this.#upload = upload;
    let left = source.length;
    try {
      for (;;) {
        const { done, value } = await upload.next();
        if (this.#settled || done === true) break;
        left -= value.byteLength;
        if (left < 0) break;
        if (!this.#sent && !this.#mayLeave()) return;
        this.#sent = true;
        yield value;
        this.#limitTo(this.#plan.timeoutMs);
      }
      if (left !== 0) throw new Error(`The source did not yield the ${source.length} bytes it announced.`);
    } catch (error) {
      this.#fail('aborted', 0, error);
    }
  }

  #mayLeave(): boolean {
    try {
      this.#plan.arm?.check();
      return true;
    } catch (error) {
      this.#fail('arm_expired', 0, error);
      return false;
    }
  }

  #limitTo(ms: number): void {
    if (this.#settled) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail('timeout', this.#plan.timeoutMs), Math.max(1, ms));
  }

  #fail(reason: FailureReason, limit = 0, error?: unknown): void {
    if (this.#settled) return;
    this.#end();
    const failure = httpFailure(this.#sent, reason, this.#plan.url.host, limit, error);
    this.#resolve({ ok: false, failure, answered: this.#status !== 0 });
    this.#controller?.abort(failure);
  }

  #end(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#plan.signal?.removeEventListener('abort', this.#onAbort);
    // undici leaves the iterator of a request that ended early open, and with it the file.
    this.#upload?.return?.()?.catch(() => undefined);
  }
}

function bodyHeaders(body: EncodedBody): Record<string, string> {
  if (body.kind === 'none') return {};
  const length = body.kind === 'bytes' ? body.bytes.length : body.source.length;
  return { 'content-type': body.type, 'content-length': String(length) };
}
