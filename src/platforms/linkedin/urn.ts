import type { Published } from '../../core/platform.ts';

/** What a post is called: the whole URN is its id. */
export interface PostUrn {
  readonly urn: string;
  readonly type: 'share' | 'ugcPost';
  /** Its upper 41 bits are the time of creation, as in all of LinkedIn's 19-digit ids. */
  readonly createdAt: Date;
}

/** The URN alone, also percent-encoded as Rest.li writes ids in headers. */
export function parsePostUrn(text: string | undefined): PostUrn | null {
  const urn = (text ?? '').trim().replaceAll(/%3A/gi, ':');
  const found = findPostUrn(urn);
  return found?.urn === urn ? found : null;
}

/** The first URN of a post inside a text. */
export function findPostUrn(text: string): PostUrn | null {
  const [urn, type, id] = /urn:li:(share|ugcPost):(\d{1,20})(?!\d)/.exec(text) ?? [];
  if (urn === undefined || id === undefined) return null;
  return {
    urn,
    type: type === 'share' ? 'share' : 'ugcPost',
    createdAt: new Date(Number(BigInt(id) >> 22n)),
  };
}

export function published({ urn, type }: PostUrn): Published {
  return { state: 'published', id: urn, idKind: type, url: postUrl(urn) };
}

export function postUrl(urn: string): string {
  return `https://www.linkedin.com/feed/update/${urn}/`;
}

export function isOrganization(author: string): boolean {
  return author.startsWith('urn:li:organization:');
}
