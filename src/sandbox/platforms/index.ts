import type { platforms } from '../../platforms/index.ts';
import { makeBlueskySimulator } from './bluesky/index.ts';
import { makeFacebookSimulator } from './facebook/index.ts';
import { makeInstagramSimulator } from './instagram/index.ts';
import { makeLinkedinSimulator } from './linkedin/index.ts';
import { makeMastodonSimulator } from './mastodon/index.ts';
import type { MakeSimulator } from './simulator.ts';
import { makeThreadsSimulator } from './threads/index.ts';
import { makeTiktokSimulator } from './tiktok/index.ts';
import { makeXSimulator } from './x/index.ts';
import { makeYoutubeSimulator } from './youtube/index.ts';

/** Add a simulator here; a platform without one does not compile. */
export const simulators = {
  bluesky: makeBlueskySimulator,
  facebook: makeFacebookSimulator,
  instagram: makeInstagramSimulator,
  linkedin: makeLinkedinSimulator,
  mastodon: makeMastodonSimulator,
  threads: makeThreadsSimulator,
  tiktok: makeTiktokSimulator,
  youtube: makeYoutubeSimulator,
  x: makeXSimulator,
} satisfies Record<keyof typeof platforms, MakeSimulator>;
