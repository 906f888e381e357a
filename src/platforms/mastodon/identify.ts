import type { Identified, Reach, Unidentified } from '../../core/platform.ts';
import { addressOn, pathOf } from '../../core/post-address.ts';
import { localId } from './account.ts';
import { createApi } from './api.ts';

/** The account's own server is asked: addresses show a name, and only the server knows whose number that is. */
export async function identify(
  named: string,
  accountId: string,
  reach: Reach | null,
): Promise<Identified | Unidentified> {
  const home = accountId.replace(/^.*@/, '');
  const id = read(named, home);
  if (id === null) return unreadable(home);
  if (reach === null) return unreachable;
  const status = await createApi(reach.context, reach.account).status(id);
  if (status === null || status.account.id !== localId({ id: accountId })) {
    return {
      problem: `The server ${home} shows no such post of ${reach.account.name}.`,
      hint: 'Open the post on the account’s own server, choose “Copy link to post” and name that.',
    };
  }
  return {
    id: status.id,
    idKind: 'status',
    url: status.url ?? null,
    at: new Date(status.created_at),
    proof: 'platform',
  };
}

/** '/@name/1150…', '/web/@name/1150…', '/deck/@name/1150…', '/users/name/statuses/1150…' or the number itself. */
function read(named: string, home: string): string | null {
  const text = named.trim();
  if (/^\d{5,25}$/.test(text)) return text;
  const url = addressOn(text, [home]);
  if (url === null || url.hostname !== home) return null;
  const path = `/${pathOf(url).join('/')}`;
  const [, short, long] =
    /^(?:\/web|\/deck)?\/@[^/]+\/(\d+)$|^\/users\/[^/]+\/statuses\/(\d+)$/.exec(path) ?? [];
  return short ?? long ?? null;
}

function unreadable(home: string): Unidentified {
  return {
    problem: `That is not the address or the id of a post on ${home}.`,
    hint: 'Open the post on the account’s own server, choose “Copy link to post” and name that.',
  };
}

const unreachable: Unidentified = {
  problem: 'Whose post it is only the server tells, and it cannot be asked without a working connection.',
  hint: 'Connect the Mastodon account again in the app, then repeat the command.',
};
