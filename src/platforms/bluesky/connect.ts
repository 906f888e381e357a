import type { Connecting } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { serverOrigin } from '../../core/server-origin.ts';
import { tokenOf } from './account.ts';
import { createApi, type Session } from './api.ts';
import { ENTRYWAY } from './capabilities.ts';

/** With an app password: its sessions are made anew for as long as it is not deleted. */
export const connecting: Connecting = {
  server: { question: 'Server of the account', usual: ENTRYWAY },
  pasted: {
    nameQuestion: 'Handle of the account, such as rao.bsky.social',
    question: 'App password (bsky.app: Settings, Privacy and security, App passwords)',
    async accounts(context, { secret, name, server }) {
      const handle = (name ?? '').replace(/^@/, '');
      const entry = server ?? ENTRYWAY;
      const session = await createApi(context, { id: handle, token: new Secret(''), server: entry }).logIn(
        secret,
      );
      return [
        {
          accountId: session.did,
          name: session.handle ?? handle,
          username: session.handle ?? handle,
          columns: { page_id: session.did },
          metadata: { pds_url: homeOf(session) ?? entry },
          ...tokenOf(session),
          refreshToken: secret,
          expiryIsItsOwn: true,
        },
      ];
    },
  },
};

/** The entryway asks the account's own server each time; its word for where that is saves the way. */
function homeOf({ didDoc }: Session): string | null {
  return serverOrigin(didDoc?.service.find(({ id }) => id.endsWith('#atproto_pds'))?.serviceEndpoint);
}
