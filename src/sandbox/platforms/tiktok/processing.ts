import type { SimWorld } from '../simulator.ts';
import { usernameOf } from './creator.ts';
import type { Publication, State } from './state.ts';

/** Whatever has been processed since it was last looked: it fails, goes to the inbox, or is posted. */
export function process(state: State, world: SimWorld): void {
  const now = world.now().getTime();
  for (const publication of state.publications.values()) {
    const { completeAt, end } = publication;
    if (end === null && completeAt !== null && now >= completeAt + world.processingMs)
      settle(publication, world);
  }
}

/** The moment in which a post comes into being. */
function settle(publication: Publication, world: SimWorld): void {
  const account = world.accounts.find(({ id }) => id === publication.account);
  const { flaw, draft, media, title, description, upload } = publication;
  if (account === undefined || flaw !== null) {
    publication.flaw = flaw ?? 'auth_removed';
    publication.end = 'failed';
    return;
  }
  publication.end = draft ? 'inbox' : 'posted';
  if (draft) return;
  // 19 digits, as TikTok's are: more than a JavaScript number holds.
  publication.postId = `7${String(world.nextNumber()).padStart(18, '0')}`;
  publication.postedAt = world.now().getTime();
  const word = upload === null ? 'photo' : 'video';
  world.publish({
    account: account.id,
    id: publication.postId,
    kind: upload === null ? (media.length > 1 ? 'carousel' : 'image') : 'video',
    text: [title, description].filter((text) => text !== '').join('\n\n'),
    media,
    url: `https://www.tiktok.com/@${usernameOf(account)}/${word}/${publication.postId}`,
  });
}
