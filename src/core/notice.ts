import type { Problem } from './errors.ts';
import { redact } from './redact.ts';

interface NoticeTarget {
  readonly platform: string;
  readonly accountId: string;
  readonly accountName: string | null;
  readonly state: string;
  readonly platformPostId: string | null;
  readonly url: string | null;
  /** What of it is not out although it is published, as a sentence. */
  readonly missing: string | null;
  readonly error: NoticeProblem | null;
}

type NoticeProblem = Pick<Problem, 'kind' | 'code' | 'message' | 'hint'>;

interface PostData {
  readonly source: string;
  readonly id: string;
  readonly userId: string | null;
  readonly dueAt: Date | null;
  /** Why it cannot go out anywhere. */
  readonly problem: NoticeProblem | null;
  readonly targets: readonly NoticeTarget[];
}

interface AccountData {
  readonly connectionId: string;
  readonly userId: string | null;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly error: NoticeProblem | null;
  readonly postsWaiting: number;
}

/** What somebody is to hear of, as it is at the moment of telling. */
export type Notice = {
  /** The same when it is told again because nobody could say whether it arrived. */
  readonly id: string;
  /** When it happened. */
  readonly at: Date;
  readonly attempt: number;
} & (
  | {
      readonly type: 'post.failed' | 'post.unclear' | 'post.incomplete' | 'post.waiting';
      readonly data: PostData;
    }
  | { readonly type: 'account.disconnected'; readonly data: AccountData }
  | { readonly type: 'account.expiring'; readonly data: AccountData }
);

const sentencesOf = (problem: NoticeProblem | null) =>
  problem === null ? '' : `${problem.message} ${problem.hint}`;

/** What a person reads in a chat: which post, why, and what to do. Pure. */
function noticeText(notice: Notice): string {
  if (notice.type === 'account.expiring') return sentencesOf(notice.data.error);
  if (notice.type === 'account.disconnected') {
    const { platform, accountName, accountId, connectionId, error, postsWaiting } = notice.data;
    const name = accountName ?? accountId ?? connectionId;
    const waiting = postsWaiting === 0 ? '' : ` ${postsWaiting} of its posts wait.`;
    return `The ${platform} account ${name} is disconnected: ${sentencesOf(error)}${waiting}`;
  }
  const { source, id, problem, targets } = notice.data;
  const post = `${source}:${id}`;
  const lines = targets.flatMap((target) => targetLines(target, post));
  if (problem !== null && lines.length === 0) lines.push(`did not go out: ${sentencesOf(problem)}`);
  return [`Post ${post}`, ...lines].join(lines.length === 1 ? ' ' : '\n');
}

function targetLines(target: NoticeTarget, post: string): string[] {
  const where = `on ${target.platform} (${target.accountName ?? target.accountId})`;
  const why = sentencesOf(target.error);
  switch (target.state) {
    case 'failed':
      return [`did not go out ${where}: ${why}`];
    case 'needs_review':
      return [
        `may be live ${where}: ${why} Look at the account, then run "content-publisher resolve ${post} --published <address>" or "… --not-published".`,
      ];
    case 'held':
    case 'retry':
      return [`waits to go out ${where}: ${why}`];
    case 'published':
      return [`is out ${where}: ${[target.url, target.missing].filter(Boolean).join(' ')}`];
    default:
      return [`is on its way ${where}.`];
  }
}

/** The JSON that is sent, secrets masked: `text` is what Slack and Mattermost show, `content` what Discord shows. Pure. */
export function noticeBody(notice: Notice): string {
  const text = noticeText(notice);
  const body = {
    id: notice.id,
    type: notice.type,
    timestamp: notice.at.toISOString(),
    text,
    content: text,
    data: 'connectionId' in notice.data ? accountData(notice.data) : postData(notice.data),
  };
  return JSON.stringify(redact(body));
}

function accountData(data: AccountData) {
  return {
    connection_id: data.connectionId,
    user_id: data.userId,
    platform: data.platform,
    account_id: data.accountId,
    account_name: data.accountName,
    error: data.error,
    posts_waiting: data.postsWaiting,
  };
}

function postData(data: PostData) {
  return {
    source: data.source,
    id: data.id,
    user_id: data.userId,
    due_at: data.dueAt?.toISOString() ?? null,
    problem: data.problem,
    targets: data.targets.map((target) => ({
      platform: target.platform,
      account_id: target.accountId,
      account_name: target.accountName,
      state: target.state,
      platform_post_id: target.platformPostId,
      url: target.url,
      missing: target.missing,
      error: target.error,
    })),
  };
}
