/** A name in the public DNS: no address, no single word, nothing of a local network. */
const PUBLIC_NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
const LOCAL_NAME = /(?:^|\.)(?:local|localhost|localdomain|internal|intranet|lan|home|corp|home\.arpa)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u0020\u007f]/;

/**
 * The origin of a server that a user has named, by its address or its bare name; null unless it is an https server under
 * a public name and the usual port. What the name leads to is judged when it is looked up.
 */
export function serverOrigin(named: unknown): string | null {
  if (typeof named !== 'string') return null;
  const text = named.trim();
  // A URL drops some of them without a word, and is another server then.
  if (UNPRINTABLE.test(text)) return null;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.protocol !== 'https:' || url.port !== '') return null;
  if (url.username !== '' || url.password !== '') return null;
  return PUBLIC_NAME.test(url.hostname) && !LOCAL_NAME.test(url.hostname) ? url.origin : null;
}
