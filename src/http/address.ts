import { PublishError } from '../core/errors.ts';
import { isLoopback } from '../core/loopback.ts';
import { serverOrigin } from '../core/server-origin.ts';

export interface AddressRules {
  /** Real origins, e.g. 'https://graph.facebook.com'. */
  readonly origins: readonly string[];
  /** '.linkedin.com' admits every host below it, 'upload.example.com' only itself. */
  readonly uploadHosts: readonly string[];
  /** A request may name the server of its account, and then goes to that one alone. */
  readonly ownServers?: boolean | undefined;
  /** Replaces the origin of every URL; may carry a path prefix. Plain http only for loopback. */
  readonly apiUrl?: string | undefined;
}

/** @returns the check that every URL passes before a token is put beside it: the URL to ask, or a PublishError. */
export function addressBook(rules: AddressRules): (url: string, server?: string) => URL {
  const override = rules.apiUrl === undefined ? undefined : parseOverride(rules.apiUrl);
  const origins = new Set(rules.origins.map((origin) => new URL(origin).origin));

  const admits = (url: URL, server: string | undefined): boolean => {
    if (server === undefined) return origins.has(url.origin) || isUploadHost(url, rules.uploadHosts);
    return rules.ownServers === true && serverOrigin(server) === server && url.origin === server;
  };

  return (text, server) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined) throw refused('a URL that cannot be read');
    if (url.username !== '' || url.password !== '') throw refused(`a URL with a password on ${url.host}`);
    if (override !== undefined && isBelow(url, override)) return url;
    if (url.protocol !== 'https:') throw refused(`${url.protocol}//${url.host}, which is not https`);
    if (!admits(url, server)) throw refused(url.host);
    return override === undefined
      ? url
      : new URL(`${override.href.replace(/\/$/, '')}${url.pathname}${url.search}`);
  };
}

function parseOverride(apiUrl: string): URL {
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url !== undefined && secure && url.search === '' && url.hash === '' && url.username === '') return url;
  throw new PublishError({
    kind: 'config',
    code: 'API_URL',
    message: `The API URL ${url?.host ?? 'given'} cannot be used.`,
    hint: 'Set it to an https URL without a query; plain http works only for 127.0.0.1 and localhost.',
  });
}

function isBelow(url: URL, base: URL): boolean {
  const prefix = base.pathname.replace(/\/$/, '');
  return url.origin === base.origin && (url.pathname === prefix || url.pathname.startsWith(`${prefix}/`));
}

function isUploadHost(url: URL, suffixes: readonly string[]): boolean {
  if (url.port !== '') return false;
  return suffixes.some((suffix) =>
    suffix.startsWith('.') ? url.hostname.endsWith(suffix) : url.hostname === suffix,
  );
}

function refused(what: string): PublishError {
  return new PublishError({
    kind: 'config',
    code: 'HOST_NOT_ALLOWED',
    message: `Nothing was sent to ${what}: a token only goes to the platform's own addresses.`,
    hint: 'If this address really belongs to the platform, add it to the origins or upload hosts in its capabilities.',
  });
}
