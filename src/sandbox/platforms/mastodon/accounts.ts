import type { SimAccount } from '../simulator.ts';
import { addressOf } from './gate.ts';

const SINCE = '2024-01-01T00:00:00.000Z';

/** https://docs.joinmastodon.org/entities/Account/ */
export function accountView(account: SimAccount): object {
  const { number, host } = addressOf(account);
  const username = nameOf(account);
  const picture = `https://${host}/avatars/original/missing.png`;
  const header = `https://${host}/headers/original/missing.png`;
  return {
    id: number,
    username,
    acct: username,
    display_name: account.name,
    locked: false,
    bot: false,
    group: false,
    discoverable: true,
    indexable: false,
    created_at: SINCE,
    note: '',
    url: `https://${host}/@${username}`,
    uri: `https://${host}/users/${username}`,
    avatar: picture,
    avatar_static: picture,
    header,
    header_static: header,
    followers_count: 0,
    following_count: 0,
    statuses_count: 0,
    emojis: [],
    fields: [],
  };
}

/** https://docs.joinmastodon.org/entities/Account/#CredentialAccount */
export function ownerView(account: SimAccount): object {
  const source = {
    privacy: 'public',
    sensitive: false,
    language: null,
    indexable: false,
    note: '',
    fields: [],
  };
  const role = { id: '-99', name: '', permissions: '65536', color: '', highlighted: false };
  return { ...accountView(account), source: { ...source, follow_requests_count: 0 }, role };
}

export function nameOf({ name }: SimAccount): string {
  return name.toLowerCase().replaceAll(/\W+/g, '_');
}
