import type { Cost } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { partsOf, wholeText } from './content.ts';
import { addressesIn } from './weight.ts';

/** US dollars a post, as of November 2026 (https://docs.x.com/x-api/getting-started/pricing); reads cost a little more. */
const PLAIN = 0.015;
const WITH_ADDRESS = 0.2;

/** From the prepaid credits of our app, each part of a thread by itself. */
export function cost(post: Post): Cost {
  const parts = partsOf(post) ?? [wholeText(post)];
  const linked = parts.filter((part) => addressesIn(part).length > 0).length;
  const usd = linked * WITH_ADDRESS + (parts.length - linked) * PLAIN;
  const many = parts.length === 1 ? 'this post' : `these ${parts.length} posts`;
  return {
    usd,
    sentence: `X takes about USD ${usd.toFixed(3)} of the prepaid credits for ${many} (${PLAIN} each, ${WITH_ADDRESS.toFixed(2)} with an address in it).`,
  };
}
