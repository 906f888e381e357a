import { parseUrl } from './media-url.ts';

/**
 * What a person copied as a post's address, when it lies on one of these sites or below it ('m.site.com' is on
 * 'site.com'). People copy addresses without 'https://' too.
 */
export function addressOn(text: string, sites: readonly string[]): URL | null {
  const trimmed = text.trim();
  const url = parseUrl(/^https?:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  return sites.some((site) => url.hostname === site || url.hostname.endsWith(`.${site}`)) ? url : null;
}

/** Its parts between the slashes, decoded. */
export function pathOf(url: URL): readonly string[] {
  return url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}
