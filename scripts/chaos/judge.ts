import { z } from 'zod';
import { isPost } from '../../src/sandbox/platforms/comments.ts';
import type { PublicPost } from '../../src/sandbox/platforms/simulator.ts';
import { type Wish, wishAt } from './app-side.ts';
import type { ChaosPost, Follow } from './chaos-post.ts';
import type { Lane } from './lane.ts';
import { versionIn } from './posts.ts';

/**
 * once: public exactly once, and our tables and the app's row say so. person: the row says that it may be live and
 * that a person must look. told: not public, and the row says why. withdrawn: not public, as the app wanted it. waiting:
 * not public, looked at again later. The others break the promise. doubled: public more than once. lost: not public and
 * nobody was told. untrue: our tables or the row say something else than what is public. stale: public against what the
 * app wanted when it was armed: an older text, before its time, or not at all. needless: a person is asked where the
 * platform could have told. fault: a tick or the run itself failed as it never may.
 */
export const VERDICTS = [
  'once',
  'person',
  'told',
  'withdrawn',
  'waiting',
  'doubled',
  'lost',
  'untrue',
  'stale',
  'needless',
  'fault',
] as const;
export type Verdict = (typeof VERDICTS)[number];
export const BROKEN: readonly Verdict[] = ['doubled', 'lost', 'untrue', 'stale', 'needless', 'fault'];

export interface Judgement {
  readonly verdict: Verdict;
  readonly why: string;
}

const PublishError = z.object({ code: z.string(), message: z.string() });

const Facts = z.object({
  /** null: the app deleted it. */
  row: z
    .object({
      status: z.string().nullable(),
      published_at: z.string().nullable(),
      metadata: z.record(z.string(), z.unknown()).nullable(),
    })
    .nullable(),
  queue: z
    .object({ state: z.string(), next_attempt_at: z.string().nullable(), problem: z.unknown() })
    .nullable(),
  target: z
    .object({
      state: z.string(),
      platform_post_id: z.string().nullable(),
      id_kind: z.string().nullable(),
      next_look_at: z.string().nullable(),
      warning: z.string().nullable(),
      missing: z.string().nullable(),
      error: z.object({ code: z.string(), message: z.string() }).loose().nullable(),
    })
    .nullable(),
  arms: z.array(z.object({ arm_id: z.string(), at: z.coerce.date() })),
  /** Of what follows the post. */
  followed: z.array(z.string()),
});
export type Facts = z.output<typeof Facts>;

/** What the database says about one post and its one account. */
export async function readFacts(lane: Lane, post: ChaosPost): Promise<Facts> {
  const { sql } = lane;
  const { source, id, platform, accountId } = post;
  const [found] = await sql`select jsonb_build_object(
    'row', (select to_jsonb(c) from ${sql(`public.${source}`)} c where c.id = ${id}),
    'queue', (select to_jsonb(q) from public.publish_queue q where q.source = ${source} and q.post_id = ${id}),
    'target', (select to_jsonb(t) from public.publish_targets t where t.source = ${source} and t.post_id = ${id}
                 and t.platform = ${platform} and t.account_id = ${accountId}),
    'arms', (select coalesce(jsonb_agg(jsonb_build_object('arm_id', l.arm_id, 'at', l.at) order by l.id), '[]')
               from public.publish_log l where l.source = ${source} and l.post_id = ${id} and l.step = 'arm'
                and l.platform = ${platform} and l.account_id = ${accountId} and l.effect = 'post'),
    'followed', (select coalesce(jsonb_agg(e.state), '[]') from public.publish_effects e
               where e.source = ${source} and e.post_id = ${id} and e.effect <> 'post'
                 and e.platform = ${platform} and e.account_id = ${accountId})) as facts`;
  return Facts.parse(found?.['facts']);
}

/** What a broken promise is traced with: the lane and its database are gone when somebody reads of it. */
export async function evidenceOf(lane: Lane, post: ChaosPost, wishes: readonly Wish[]) {
  const { sql } = lane;
  const log = await sql`select l.at, l.host, l.run_id, l.step, l.arm_id, l.outcome, l.platform, l.account_id,
      l.platform_post_id, l.platform_code, l.detail from public.publish_log l where l.post_id = ${post.id} order by l.id`;
  const targets =
    await sql`select platform, account_id, origin, state, platform_post_id, attempts, error, warning,
      fingerprint, revision from public.publish_targets where post_id = ${post.id}`;
  return { mark: post.mark, log: [...log], targets: [...targets], seen: publicOf(lane, post), wishes };
}

/** Everything with the mark or the file of this post that anybody can see, whosever it is. */
export function publicOf(lane: Lane, post: ChaosPost): readonly PublicPost[] {
  return lane.platforms.posts().filter((one) => shows(one, post));
}

export function shows({ text, media }: PublicPost, post: Pick<ChaosPost, 'mark' | 'file'>): boolean {
  return text.includes(post.mark) || (post.file !== null && media.includes(post.file));
}

type Place = Pick<ChaosPost, 'accountId' | 'platform'> & Partial<Pick<ChaosPost, 'follows'>>;

/**
 * Which public post is whose, where several targets show the same mark. What a target names is its own; the rest goes
 * to those of the account that may be out under an id they do not know, and what is then left is one too many.
 */
export function shareOut(
  targets: readonly { readonly post: Place; readonly facts: Facts }[],
  seen: readonly PublicPost[],
): readonly (readonly PublicPost[])[] {
  const shares = targets.map((): PublicPost[] => []);
  const left = seen.filter(isPost).filter((one) => {
    const owner = targets.findIndex(
      ({ post, facts }) =>
        isAt(one, post) &&
        facts.target !== null &&
        facts.target.id_kind !== 'container' &&
        isIdOf(one, facts.target),
    );
    shares[owner]?.push(one);
    return owner === -1;
  });
  for (const one of left) {
    const here = targets.flatMap(({ post }, index) => (isAt(one, post) ? [index] : []));
    const mayBeOut = here.find(
      (index) => shares[index]?.length === 0 && !isOver(targets[index]?.facts.target?.state ?? null),
    );
    const alreadyOut = here.find((index) => shares[index]?.length !== 0);
    shares[mayBeOut ?? alreadyOut ?? here[0] ?? 0]?.push(one);
  }
  for (const below of seen.filter((one) => !isPost(one))) {
    const here = targets.flatMap(({ post }, index) => (isAt(below, post) ? [index] : []));
    const without = here.filter((index) => shares[index]?.every(({ text }) => text !== below.text));
    const saysSo = without.find((index) => targets[index]?.facts.target?.missing === null);
    shares[saysSo ?? without[0] ?? here[0] ?? 0]?.push(below);
  }
  return shares;
}

/** A container has no id in public until it is looked up; a video has its own beside that of the post that shows it. */
function isIdOf({ id, url }: PublicPost, target: NonNullable<Facts['target']>): boolean {
  const { platform_post_id: named, id_kind: kind } = target;
  return named === id || kind === 'container' || (kind === 'video' && url.includes(`/${named}/`));
}

const isAt = ({ account, platform }: PublicPost, at: Place) =>
  account === at.accountId && platform === at.platform;
const isOver = (state: string | null) => state === 'failed' || state === 'cancelled';

/**
 * @param seen what is public of it
 * @param alone false: the row tells of other targets as well
 */
export function judge(
  post: Place,
  facts: Facts,
  seen: readonly PublicPost[],
  wishes: readonly Wish[],
  alone = true,
): Judgement {
  const { row, queue, target } = facts;
  const state = target?.state ?? null;
  const below = seen.filter((one) => !isPost(one));
  const posts = seen.filter(isPost);
  const { follows = [] } = post;
  const twice = follows.find((follow) => below.filter((one) => isOf(one, follow)).length > 1);
  if (twice !== undefined) return { verdict: 'doubled', why: `its ${twice.effect} is public twice` };
  if (posts.length > 1) {
    return {
      verdict: 'doubled',
      why: `public as ${posts.map(({ id }) => id).join(' and ')}; we say ${state}`,
    };
  }
  const [only] = posts;
  if (only !== undefined && !isAt(only, post)) {
    return { verdict: 'untrue', why: `public on another account: ${only.platform} ${only.account}` };
  }
  if (state === 'needs_review') return judgeReview(facts, alone);
  if (only === undefined && below.length > 0)
    return { verdict: 'untrue', why: `${below.length} stand below it, and it is not public` };
  if (only === undefined) {
    if (state === 'published') return { verdict: 'untrue', why: 'we say published, and it is not' };
    const wish = wishes.at(-1);
    if (wish?.byApp && !wish.wanted) return { verdict: 'withdrawn', why: 'the app published it itself' };
    if (alone && row?.status === 'published')
      return { verdict: 'untrue', why: 'the row says published, and it is not' };
    return judgeUnsent(facts, wish?.wanted !== false, alone);
  }
  // The app deleted our record of it; its own row still tells.
  if (target === null && row?.status === 'published' && Object.values(row.metadata ?? {}).includes(only.id))
    return { verdict: 'once', why: '' };
  if (state !== 'published') {
    if (queue?.state === 'waiting' && target?.next_look_at != null) {
      return { verdict: 'waiting', why: `public, not found yet: ${state}` };
    }
    return { verdict: 'untrue', why: `public as ${only.id}, but we say ${state ?? 'nothing'}` };
  }
  if (target !== null && !isIdOf(only, target)) {
    return { verdict: 'untrue', why: `public as ${only.id}, but we say ${target.platform_post_id}` };
  }
  if (row !== null && row.status !== 'published' && row.status !== 'deleted') {
    return { verdict: 'untrue', why: `public as ${only.id}, but its row says ${row.status}` };
  }
  if (alone && row !== null && row.metadata?.['_publishing'] !== undefined && queue?.state === 'done') {
    return { verdict: 'untrue', why: 'all is done, but its row still says _publishing' };
  }
  const stale = sentAgainstWish(only, facts, wishes);
  if (stale !== null) return { verdict: 'stale', why: stale };
  return target === null ? { verdict: 'once', why: '' } : judgeFollows(follows, facts, target, only, below);
}

const isOf = ({ text }: PublicPost, { mark }: Follow) => text.includes(mark);

/** The post is out: what follows it stands below it, in order and of its version, or the row says why not. */
function judgeFollows(
  follows: readonly Follow[],
  { followed }: Facts,
  { missing, next_look_at }: NonNullable<Facts['target']>,
  post: PublicPost,
  below: readonly PublicPost[],
): Judgement {
  const shown = follows.map((follow) => below.find((one) => isOf(one, follow)));
  const gap = shown.indexOf(undefined);
  const many = gap === -1 ? follows.length : gap;
  if (below.length > many)
    return { verdict: 'untrue', why: `${below.length} stand below it, of which ${many} are in order` };
  const other = shown.find((one) => one !== undefined && differs(versionIn(one.text), versionIn(post.text)));
  if (other !== undefined)
    return { verdict: 'untrue', why: `of another version than the post: ${other.text}` };
  if (missing === null) {
    if (many === follows.length) return { verdict: 'once', why: '' };
    return {
      verdict: 'untrue',
      why: `nothing is said to be missing, and ${many} of ${follows.length} are below it`,
    };
  }
  if (next_look_at !== null) return { verdict: 'waiting', why: missing };
  if (followed.includes('unknown')) return { verdict: 'person', why: missing };
  return many === follows.length && many > 0
    ? { verdict: 'untrue', why: `all of it is public, and we say: ${missing}` }
    : { verdict: 'told', why: missing };
}

const differs = (one: number | null, other: number | null) => one !== null && other !== null && one !== other;

function judgeReview({ row, target }: Facts, alone: boolean): Judgement {
  if (row === null || row.status === 'deleted') return { verdict: 'person', why: 'needs_review, deleted' };
  // Out to another account: the row is published, and publish_results tells of this one.
  if (!alone && row.status === 'published') return { verdict: 'person', why: target?.error?.message ?? '' };
  const told = publishError(row);
  if (told?.code !== 'MAYBE_LIVE')
    return { verdict: 'untrue', why: `needs_review, but the row's error is ${told?.code ?? 'none'}` };
  if (row.status === 'draft') return { verdict: 'untrue', why: 'it may be live, and its row is a draft' };
  return { verdict: 'person', why: told.message };
}

function judgeUnsent({ row, queue, target }: Facts, wanted: boolean, alone: boolean): Judgement {
  if (queue === null) {
    return wanted
      ? { verdict: 'lost', why: `we never saw it; its row says ${row?.status ?? 'nothing'}` }
      : { verdict: 'withdrawn', why: 'un-scheduled before anybody saw it' };
  }
  if (queue.state === 'waiting' && queue.next_attempt_at !== null) {
    return { verdict: 'waiting', why: target?.error?.message ?? target?.state ?? 'not begun' };
  }
  if (row === null) return { verdict: 'withdrawn', why: 'deleted by the app' };
  if (!wanted && target?.state !== 'failed') return { verdict: 'withdrawn', why: 'cancelled by the app' };
  if (row.status === 'scheduled')
    return { verdict: 'lost', why: `its row says scheduled, the queue ${queue.state}` };
  const told = alone ? publishError(row) : (target?.error ?? publishError(row));
  if (told != null) return { verdict: 'told', why: `${told.code}: ${told.message}` };
  return wanted
    ? { verdict: 'lost', why: `it ended ${target?.state ?? queue.state}, and its row does not say why` }
    : { verdict: 'withdrawn', why: 'cancelled by the app' };
}

function publishError(
  row: NonNullable<Facts['row']>,
): { readonly code: string; readonly message: string } | null {
  const told = PublishError.safeParse(row.metadata?.['publish_error']);
  return told.success ? told.data : null;
}

const CLOCKS_DIFFER_MS = 1_000;

/** What is public must be what the app wanted at the moment of an arm; what it wants after the arm changes nothing. */
function sentAgainstWish({ text, at }: PublicPost, { arms }: Facts, wishes: readonly Wish[]): string | null {
  if (wishes.length < 2) return null;
  const shown = versionIn(text);
  const before = arms.filter((arm) => arm.at.getTime() <= Date.parse(at) + CLOCKS_DIFFER_MS);
  const reasons = before.map((arm) => {
    const wish = wishAt(wishes, arm.at);
    if (wish === undefined || !wish.wanted) return 'it was armed when it was not to go out any more';
    if (shown !== null && wish.version !== shown)
      return `version ${shown} is public; when it was armed, the post was version ${wish.version}`;
    return wish.notBefore !== null && wish.notBefore > arm.at ? 'it was armed before its new time' : null;
  });
  return reasons.includes(null) ? null : (reasons[0] ?? 'it is public and was never armed');
}

/** Where nothing but a kill went wrong, only these leave an answer open that nobody can read back. */
export const mayNeedPersonAfterAKill = (post: Pick<ChaosPost, 'platform' | 'name'>) =>
  post.platform === 'linkedin' || isTiktokPhotos(post);

/** By docs/guarantees.md: what is asked under a key of our own can always be told. */
export const mayNeedPerson = ({
  platform,
  name,
  follows = [],
}: Pick<ChaosPost, 'platform' | 'name'> & Partial<Pick<ChaosPost, 'follows'>>) =>
  follows.some(({ effect }) => effect === 'comment') ||
  platform === 'linkedin' ||
  platform === 'mastodon' ||
  platform === 'youtube' ||
  platform === 'x' ||
  isTiktokPhotos({ platform, name }) ||
  (platform === 'facebook' && !/video|reel|story/.test(name));

/** TikTok fetches pictures itself, and names the post only in the answer that was lost. */
function isTiktokPhotos({ platform, name }: Pick<ChaosPost, 'platform' | 'name'>): boolean {
  return platform === 'tiktok' && /image|carousel/.test(name);
}
