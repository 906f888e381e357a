import type { StoredTarget } from '../core/job.ts';
import type { Identified } from '../core/platform.ts';
import type { KnownPost, Resolution, Store } from '../core/store.ts';
import { identifyPost } from '../tick/identify-post.ts';
import { createLearned } from '../tick/learned.ts';
import { createReach } from '../tick/reach.ts';
import { EXIT } from './exit-codes.ts';
import { CommandError, type Io } from './io.ts';
import { listTargets, readPost } from './post-name.ts';
import { newIdentity, openStore, readConfig } from './wire.ts';
import { withTick } from './with-tick.ts';

export interface ResolveOptions {
  readonly published?: string | undefined;
  readonly notPublished: boolean;
  readonly account?: string | undefined;
}

/** A person has looked at the account of a post that may be live, and says what is there. */
export async function resolve(io: Io, name: string, options: ResolveOptions): Promise<number> {
  const { published, notPublished, account = null } = options;
  if ((published === undefined) === !notPublished) {
    const hint = 'Write --published <address of the post>, or --not-published.';
    throw new CommandError(EXIT.usage, 'Say whether the post is there: one of the two.', hint);
  }
  return published === undefined ? notThere(io, name, account) : there(io, name, account, published);
}

function there(io: Io, name: string, accountId: string | null, named: string): Promise<number> {
  const identity = newIdentity();
  const quiet = { includeOverdue: false, showLog: false };
  return withTick(io, identity, quiet, async ({ config, deps }) => {
    const known = await readPost(deps.store, config, name);
    const target = targetInReview(name, known, accountId, isUnresolved);
    deps.syncClock(known.now);
    const learned = createLearned();
    const reach = createReach(deps, learned);
    const publishing = { ...deps, ...(await deps.publishing()), learned, reach };
    const found = await identifyPost(publishing, known.post, target, named);
    if ('problem' in found) {
      throw new CommandError(found.again ? EXIT.again : EXIT.usage, found.problem, found.hint);
    }
    const status = await record(deps.store, name, known, target, found, identity.host);
    io.out(
      `${name} is recorded as published on ${accountOf(target)}: ${found.url ?? found.id}\n${PROOF[found.proof]}\n${rowNow(status)}`,
    );
    return EXIT.ok;
  });
}

async function notThere(io: Io, name: string, accountId: string | null): Promise<number> {
  const config = readConfig(io, ['supabase'], false);
  const { store } = openStore(config);
  const known = await readPost(store, config, name);
  const target = targetInReview(name, known, accountId, ({ state }) => state === 'needs_review');
  const status = await record(store, name, known, target, null, newIdentity().host);
  io.out(
    `${name} is recorded as not published on ${accountOf(target)}.\n${rowNow(status)}Nothing is sent by that. To send it again, schedule it in the app, or: content-publisher retry ${name}\n`,
  );
  return EXIT.ok;
}

const PROOF: Readonly<Record<Identified['proof'], string>> = {
  platform: 'The platform shows it on this account.',
  address: 'The platform could not be asked: that the address names this account decided.',
  person: 'The platform does not tell whose post it is: this rests on your word alone.',
};

const accountOf = ({ platform, accountId, accountName }: StoredTarget) =>
  `${platform} ${accountName ?? accountId}`;

const rowNow = (status: string | null) =>
  status === null ? 'The app has deleted its row.\n' : `Its row in the app is '${status}' now.\n`;

/** Also what a person took for not published, by mistake: nothing was sent since. */
const isUnresolved = ({ state, error }: StoredTarget) =>
  state === 'needs_review' || (state === 'failed' && error?.code === 'NOT_PUBLISHED');

/** The one that the person means. @throws CommandError (usage) */
function targetInReview(
  name: string,
  { post, working }: KnownPost,
  accountId: string | null,
  isMeant: (target: StoredTarget) => boolean,
): StoredTarget {
  const meant = post.targets.filter((target) => accountId === null || target.accountId === accountId);
  const inReview = meant.filter(isMeant);
  const [only, second] = inReview;
  if (only === undefined) {
    throw new CommandError(
      EXIT.usage,
      `${name}: nothing of it waits for a person${accountId === null ? '' : ` on the account ${accountId}`}.${listTargets(post.targets)}`,
      working || post.targets.some(({ state }) => ['armed', 'unknown', 'accepted'].includes(state))
        ? 'The publisher is still working on it: look again in a few minutes.'
        : 'Only a post whose message begins “May already be live” is resolved by hand.',
    );
  }
  if (second !== undefined) {
    throw new CommandError(
      EXIT.usage,
      `${name}: ${inReview.length} of its accounts wait for a person.${listTargets(inReview)}`,
      `Look at each, and name it: --account ${only.accountId}`,
    );
  }
  return only;
}

async function record(
  store: Store,
  name: string,
  { post: { source, id } }: KnownPost,
  { platform, accountId }: StoredTarget,
  published: Resolution['published'],
  host: string,
): Promise<string | null> {
  const answer = await store.resolve({ source, id, platform, accountId, published, host });
  if (answer.ok) return answer.status;
  const [message, hint] = refusals[answer.why](answer.detail ?? '');
  throw new CommandError(EXIT.usage, `${name}: ${message}`, hint);
}

const refusals: Readonly<
  Record<'no_target' | 'working' | 'state' | 'taken', (detail: string) => readonly [string, string]>
> = {
  no_target: () => ['that account was removed from the post a moment ago.', 'Look at the post in the app.'],
  working: () => ['a tick is working on it at this moment.', 'Repeat the command in a minute.'],
  state: (detail) => [`it is ${detail} now.`, 'It changed a moment ago: look at it again.'],
  taken: (detail) => [
    `that post on the platform already belongs to ${detail}.`,
    'Name the address of this very post; if only the other one is there, it is not published.',
  ],
};
