import { createHash, randomUUID } from 'node:crypto';
import type { ClaimedPost, StoredTarget } from '../../../src/core/job.ts';
import type { SourceTable } from '../../../src/core/source-row.ts';
import type {
  ArmAnswer,
  ArmRequest,
  Claim,
  Outcome,
  OutcomeAnswer,
  Settled,
  Settlement,
  Store,
  TickIdentity,
  WantedTarget,
} from '../../../src/core/store.ts';

export interface Post {
  readonly source: SourceTable;
  readonly id: string;
}

export interface Account {
  readonly platform: string;
  readonly accountId: string;
  readonly connectionId: string;
  readonly token: string;
}

export const PAGE = '102030405060708';

export const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** One claimed post in the hands of one tick. */
export interface Work {
  readonly post: Post;
  readonly tick: TickIdentity;
  readonly claimed: ClaimedPost;
  readonly claim: Claim;
  register(
    wanted: readonly Partial<WantedTarget>[],
    foreignFlagAt?: Date | null,
  ): Promise<readonly StoredTarget[]>;
  /** The request for an arm on the account, as a tick makes it after register. */
  request(account: Account, over?: Partial<ArmRequest>): ArmRequest;
  arm(account: Account, over?: Partial<ArmRequest>): Promise<ArmAnswer & { readonly armId: string }>;
  /** Registers and arms; the arm must succeed. */
  armed(account: Account): Promise<string>;
  outcome(armId: string, outcome: Partial<Outcome>): Promise<OutcomeAnswer>;
  settle(settlement?: Partial<Settlement>): Promise<Settled>;
  /** Registers, arms, publishes under this id, settles. */
  publish(account: Account, id?: string): Promise<void>;
}

/** `claimed` in the hands of `tick`. */
export function makeWork(store: Store, tick: TickIdentity, claimed: ClaimedPost): Work {
  const claim: Claim = { source: claimed.source, id: claimed.id, owner: tick.owner, fence: claimed.fence };
  const work: Work = {
    post: { source: claimed.source, id: claimed.id },
    tick,
    claimed,
    claim,
    register: (wanted, foreignFlagAt = null) =>
      store.targets(
        claim,
        wanted.map((one) => wantedOf(one)),
        foreignFlagAt,
      ),
    request: (account, over = {}) => ({
      ...claim,
      armId: randomUUID(),
      platform: account.platform,
      accountId: account.accountId,
      connectionId: account.connectionId,
      effect: 'post',
      revision: claimed.revision,
      fingerprint: 'print',
      tokenMd5: md5(account.token),
      windowMs: 10_000,
      sent: {},
      repeat: false,
      writesPerHour: 60,
      requestTimeoutMs: 20_000,
      ...over,
    }),
    async arm(account, over = {}) {
      const request = work.request(account, over);
      return { ...(await store.arm(request)), armId: request.armId };
    },
    async armed(account) {
      await work.register([account]);
      const answer = await work.arm(account);
      if (!answer.ok) throw new Error(`not armed: ${answer.why} ${answer.detail ?? ''}`);
      return answer.armId;
    },
    outcome: (armId, outcome) => store.outcome({ armId, outcome: 'published', ...outcome }, tick),
    settle: (settlement = {}) =>
      store.settle(claim, { problem: null, targets: [], nextAttemptAt: null, ...settlement }),
    async publish(account, id = `${PAGE}_${randomUUID()}`) {
      const armId = await work.armed(account);
      await work.outcome(armId, publishedAs(id));
      await work.settle();
    },
  };
  return work;
}

function wantedOf(one: Partial<WantedTarget> & { readonly token?: string }): WantedTarget {
  return {
    platform: one.platform ?? 'facebook',
    accountId: one.accountId ?? PAGE,
    accountName: one.accountName ?? 'Rao Bakes',
    connectionId: one.connectionId ?? randomUUID(),
    fingerprint: one.fingerprint ?? 'print',
    tokenMd5: one.tokenMd5 ?? md5(one.token ?? ''),
    origin: one.origin ?? 'post',
  };
}

export const publishedAs = (id: string): Partial<Outcome> => ({
  outcome: 'published',
  platformPostId: id,
  idKind: 'post',
  url: `https://facebook.com/${id}`,
});
