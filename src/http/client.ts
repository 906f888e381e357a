import type { Http, HttpRequest, HttpResponse } from '../core/http.ts';
import type { Logger } from '../core/logger.ts';
import { redactText } from '../core/redact-text.ts';
import { type AddressRules, addressBook } from './address.ts';
import { type ConnectionOptions, sharedAgent, singleClient } from './dispatchers.ts';
import { encodeBody, reveal } from './encode-body.ts';
import { type ExchangeResult, exchange } from './exchange.ts';

export interface HttpOptions extends AddressRules, ConnectionOptions {
  /** For the whole exchange. While a body is streamed every chunk that was taken starts it anew. */
  readonly timeoutMs: number;
  /** Longest answer that is read, default 4 MB. */
  readonly maxAnswerBytes?: number;
  readonly log?: Logger | undefined;
  readonly userAgent: string;
}

export interface HttpClient extends Http {
  /** Closes connections that are kept open. */
  close(): Promise<void>;
}

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Speaks HTTP/1.1 with one platform. A write is sent at most once; a GET is asked once more when the
 * connection broke before any answer. With `arm` a request has a connection of its own.
 *
 * @throws PublishError (config) for an address that is not the platform's; HttpFailure without a whole answer.
 */
export function createHttp(options: HttpOptions): HttpClient {
  const resolveUrl = addressBook(options);
  const agent = sharedAgent(options);

  async function send(request: HttpRequest, url: URL): Promise<ExchangeResult> {
    const dispatcher = request.arm === undefined ? agent : singleClient(url.origin, options);
    const result = await exchange({
      dispatcher,
      method: request.method,
      url,
      headers: requestHeaders(request, options.userAgent),
      body: encodeBody(request.body),
      arm: request.arm,
      timeoutMs: request.timeoutMs ?? options.timeoutMs,
      connectTimeoutMs: options.connectTimeoutMs,
      maxAnswerBytes: options.maxAnswerBytes ?? MAX_ANSWER_BYTES,
      signal: request.signal,
    });
    if (dispatcher !== agent) await dispatcher.destroy();
    return result;
  }

  async function request(asked: HttpRequest): Promise<HttpResponse> {
    const url = resolveUrl(reveal(asked.url), asked.server);
    for (const [name, value] of Object.entries(asked.query ?? {})) {
      if (value !== undefined) url.searchParams.append(name, String(value));
    }
    const startedAt = performance.now();
    let result = await send(asked, url);
    if (mayAskAgain(asked, result)) result = await send(asked, url);
    options.log?.debug('http', {
      method: asked.method,
      url: typeof asked.url === 'string' ? redactText(url.href) : `${url.origin}/…`,
      ms: Math.round(performance.now() - startedAt),
      armed: asked.arm !== undefined,
      ...(result.ok
        ? { status: result.response.status }
        : { failed: result.failure.reason, sent: result.failure.sent }),
    });
    if (!result.ok) throw result.failure;
    return result.response;
  }

  return { request, close: () => agent.destroy() };
}

/** A kept connection can die in the moment it is used again. Only a request that changes nothing may be repeated. */
function mayAskAgain(request: HttpRequest, result: ExchangeResult): boolean {
  if (request.method !== 'GET' || request.arm !== undefined) return false;
  return !result.ok && result.failure.reason === 'reset' && !result.answered;
}

function requestHeaders(request: HttpRequest, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': userAgent, 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(request.headers ?? {}))
    headers[name.toLowerCase()] = reveal(value);
  return headers;
}
