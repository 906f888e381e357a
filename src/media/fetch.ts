import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client, type Dispatcher } from 'undici';
import { PublishError } from '../core/errors.ts';
import { statusRefusal } from './fetch-refusal.ts';
import { fileName } from './file-name.ts';
import { formatBytes } from './format.ts';
import { rejected, temporary } from './media-error.ts';
import { isPublicHostname, PrivateAddressError, publicLookup } from './public-address.ts';
import { relieve } from './relief.ts';

export interface FetchOptions {
  /** Where the file is written; exists and belongs to this process alone. */
  readonly dir: string;
  /** Private hosts that media may come from: 'media.local' on every port, '127.0.0.1:54321' on that one. */
  readonly allowHosts: readonly string[];
  readonly maxBytes: number;
  /** Longest silence, before and between bytes. */
  readonly idleMs: number;
  /** Longest time for the whole file. */
  readonly totalMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Replaces the system's name lookup. */
  readonly lookup?: LookupFunction | undefined;
}

export interface FetchedFile {
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

const MAX_REDIRECTS = 5;
const CORRECT = 'Put the final address of the file into the post and schedule it again.';

/**
 * Downloads a file to disk. Every hop of a redirect has to be a public host or one of allowHosts.
 *
 * @throws PublishError: rejected (gone, not public, too large, a private host), temporary (5xx, time-out, no connection).
 */
export async function fetchMedia(address: string, options: FetchOptions): Promise<FetchedFile> {
  if (!URL.canParse(address))
    throw rejected('MEDIA_URL_UNUSABLE', 'The address of a file is not a web address.', CORRECT);
  let url = new URL(address);
  const name = fileName(url);
  const deadline = AbortSignal.timeout(options.totalMs);
  const signal = AbortSignal.any(options.signal === undefined ? [deadline] : [deadline, options.signal]);
  try {
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const result = await fetchHop(url, options, signal);
      if (!(result instanceof URL)) return result;
      url = result;
    }
  } catch (error) {
    if (error instanceof PublishError) throw error;
    if (options.signal?.aborted) throw temporary('STOPPED', `Fetching ${name} was stopped.`, error);
    if (deadline.aborted) throw tooSlow(url, error);
    throw connectionRefusal(error, url);
  }
  throw rejected(
    'MEDIA_REFUSED',
    `The address of ${name} redirects more than ${MAX_REDIRECTS} times.`,
    CORRECT,
  );
}

/** @returns the stored file, or where the next hop goes. */
async function fetchHop(url: URL, options: FetchOptions, signal: AbortSignal): Promise<FetchedFile | URL> {
  const client = connect(url, options);
  try {
    const answer = await client.request({
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: { 'user-agent': 'content-publisher', accept: '*/*', 'accept-encoding': 'identity' },
      signal,
    });
    const { location } = answer.headers;
    if ([301, 302, 303, 307, 308].includes(answer.statusCode) && typeof location === 'string') {
      if (!URL.canParse(location, url.href)) {
        throw rejected('MEDIA_REFUSED', `The address of ${fileName(url)} redirects to nowhere.`, CORRECT);
      }
      return new URL(location, url);
    }
    if (answer.statusCode !== 200) throw statusRefusal(url, answer.statusCode, await beginning(answer.body));
    return await store(answer.body, Number(answer.headers['content-length']), url, options, signal);
  } finally {
    await client.destroy();
  }
}

function connect(url: URL, options: FetchOptions): Client {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new PrivateAddressError(`${url.protocol} is not the web`);
  if (url.username !== '' || url.password !== '')
    throw rejected('MEDIA_URL_UNUSABLE', `The address of ${fileName(url)} holds a password.`, CORRECT);
  const allowed = options.allowHosts.includes(url.host) || options.allowHosts.includes(url.hostname);
  if (!allowed && !isPublicHostname(url.hostname))
    throw new PrivateAddressError(`${url.hostname} is not a public host`);
  const lookup = allowed ? options.lookup : publicLookup(options.lookup);
  return new Client(url.origin, {
    headersTimeout: options.idleMs,
    bodyTimeout: options.idleMs,
    connect: { timeout: options.idleMs, ...(lookup === undefined ? {} : { lookup }) },
  });
}

async function store(
  body: Dispatcher.ResponseData['body'],
  announced: number,
  url: URL,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<FetchedFile> {
  if (announced > options.maxBytes) throw tooLarge(url, options.maxBytes);
  const path = join(options.dir, randomUUID());
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > options.maxBytes) throw tooLarge(url, options.maxBytes);
          hash.update(chunk);
          yield chunk;
          relieve(chunk.length);
        }
      },
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
      { signal },
    );
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

async function beginning(body: Dispatcher.ResponseData['body']): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += String(chunk);
    if (text.length > 2_000) break;
  }
  return text;
}

function tooLarge(url: URL, maxBytes: number): PublishError {
  return rejected(
    'MEDIA_TOO_LARGE',
    `The file ${fileName(url)} is larger than ${formatBytes(maxBytes)}; such files are not fetched.`,
    'Use a smaller file and schedule the post again.',
  );
}

function connectionRefusal(error: unknown, url: URL): PublishError {
  const name = fileName(url);
  if (error instanceof PrivateAddressError) {
    return rejected(
      'MEDIA_HOST_PRIVATE',
      `The file ${name} is on ${url.host}, which is not a public host.`,
      'Put a public https address into the post, or name the host in MEDIA_ALLOW_HOSTS, and schedule the post again.',
    );
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.endsWith('_TIMEOUT') || code === 'ETIMEDOUT') return tooSlow(url, error);
  if (code === 'ENOSPC') return temporary('DISK_FULL', `There is no room on the disk for ${name}.`, error);
  return temporary('MEDIA_UNREACHABLE', `${url.host} could not be reached for ${name} (${code}).`, error);
}

function tooSlow(url: URL, cause: unknown): PublishError {
  return temporary('MEDIA_TIMEOUT', `${url.host} took too long to deliver ${fileName(url)}.`, cause);
}
