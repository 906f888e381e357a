import { accountsOf, type SeedAccount } from '../../src/sandbox/accounts.ts';
import { FIRST_WISH, type Wish } from './app-side.ts';
import type { ChaosPost } from './chaos-post.ts';
import { copyOf, type Example, personOf } from './examples.ts';
import { type Facts, type Judgement, judge, mayNeedPerson, publicOf, readFacts, shareOut } from './judge.ts';
import type { Lane } from './lane.ts';
import { addPost, followsOf } from './posts.ts';
import type { Random } from './random.ts';
import { count } from './record.ts';

/** one: alone. accounts: to several. twins: two posts of equal text on one account. copies: one post in both tables. */
type Group = 'one' | 'accounts' | 'twins' | 'copies';

/** A row with everything the app has wanted of it. */
export interface Wanted {
  readonly group: Group;
  /** One for each account. */
  readonly targets: readonly ChaosPost[];
  readonly wishes: Wish[];
}

export interface StormPosts {
  readonly examples: readonly Example[];
  readonly owners: number;
}

const GROUPS: readonly Group[] = [
  ...Array<Group>(12).fill('one'),
  ...Array<Group>(4).fill('accounts'),
  ...Array<Group>(2).fill('twins'),
  ...Array<Group>(2).fill('copies'),
];

/** Puts one post in, or two that belong together. */
export async function addDrawn(
  lane: Lane,
  random: Random,
  { examples, owners }: StormPosts,
  counts: Record<string, number>,
): Promise<readonly Wanted[]> {
  const example = random.pick(examples);
  const owner = personOf(random.below(owners));
  const drawn = random.pick(GROUPS);
  const add = async (group: Group, like?: ChaosPost, as = example): Promise<Wanted> => {
    const others = group === 'accounts' ? othersFor(random, as, accountsOf(owner)) : [];
    const post = await addPost(lane, as, owner, { ...(like === undefined ? {} : { like }), also: others });
    const also = others.map(({ platform, sim }) => ({
      ...post,
      platform,
      accountId: sim.id,
      follows: followsOf(platform, as, post.mark),
    }));
    count(counts, `posts: ${as.name.replace(/ by account \d+$/, '')}`);
    if (group !== 'one') count(counts, `posts of the group: ${group}`);
    return { group, targets: [post, ...also], wishes: [FIRST_WISH] };
  };
  if (drawn === 'accounts' && othersFor(random, example, accountsOf(owner)).length > 0)
    return [await add('accounts')];
  if (drawn === 'twins' && example.showsText) {
    const first = await add('twins');
    return [first, await add('twins', first.targets[0])];
  }
  const copies = examples.filter((one) => copyOf(one) !== undefined);
  if (drawn === 'copies' && copies.length > 0) {
    const original = random.pick(copies);
    const first = await add('copies', undefined, original);
    return [first, await add('copies', first.targets[0], copyOf(original))];
  }
  return [await add('one')];
}

/** Accounts that take what the example is made of. */
function othersFor(
  random: Random,
  { platform, account, name, showsText }: Example,
  all: readonly SeedAccount[],
): readonly SeedAccount[] {
  const own = all.filter((one) => one.platform === platform)[account];
  const fitting = showsText ? FITTING.find(([kind]) => kind.test(name))?.[1] : undefined;
  const others = all.filter((one) => one !== own && fitting?.includes(one.platform));
  return others.filter((_, index) => index === 0 || random.chance(0.7));
}

const FITTING: readonly (readonly [RegExp, readonly SeedAccount['platform'][]])[] = [
  [/ (text|link)\b/, ['facebook', 'linkedin', 'x', 'mastodon', 'bluesky', 'threads']],
  [
    / (image|PNG image|carousel)\b/,
    ['facebook', 'instagram', 'linkedin', 'x', 'mastodon', 'bluesky', 'threads', 'tiktok'],
  ],
  [/ reel\b/, ['facebook', 'instagram', 'youtube', 'x', 'mastodon', 'bluesky', 'threads', 'tiktok']],
  [/ video\b/, ['facebook', 'linkedin', 'youtube', 'x', 'mastodon', 'bluesky', 'threads', 'tiktok']],
];

export interface Judged extends Judgement {
  readonly post: ChaosPost;
}

/** Every target of the rows that share a mark. */
export async function judgeTogether(
  lane: Lane,
  rows: readonly Wanted[],
): Promise<{ readonly judged: readonly Judged[]; readonly seen: number }> {
  const members: { post: ChaosPost; facts: Facts; wanted: Wanted }[] = [];
  for (const wanted of rows)
    for (const post of wanted.targets) members.push({ post, facts: await readFacts(lane, post), wanted });
  const [first] = members;
  if (first === undefined) return { judged: [], seen: 0 };
  const seen = publicOf(lane, first.post);
  const shares = shareOut(members, seen);
  const judged = members.map(({ post, facts, wanted }, index): Judged => {
    const alone = wanted.targets.length === 1;
    const { verdict, why } = judge(post, facts, shares[index] ?? [], wanted.wishes, alone);
    return verdict === 'person' && !mayNeedPerson(post)
      ? { post, verdict: 'needless', why }
      : { post, verdict, why };
  });
  const copies = judged.filter(({ verdict }) => verdict === 'once');
  if (first.wanted.group === 'copies' && copies.length > 1)
    return {
      judged: judged.map((one) => ({ ...one, verdict: 'doubled', why: 'both copies went out' })),
      seen: seen.length,
    };
  return { judged, seen: seen.length };
}
