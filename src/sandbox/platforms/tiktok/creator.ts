import { refuse } from '../refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { apiError, invalidParams, ok, rateLimited, tooManyPosts } from './answers.ts';
import { checkType, limit } from './gate.ts';
import type { Limits, State } from './state.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/** Without a space or a capital, as TikTok's names are. */
export function usernameOf({ name, extra }: SimAccount): string {
  return typeof extra?.['username'] === 'string'
    ? extra['username']
    : name.toLowerCase().replaceAll(/[^\w.]/g, '');
}

/** What an account may choose; `privacyOptions` in `extra`, separated by commas, says otherwise. */
function privacyOptions({ extra }: SimAccount): readonly string[] {
  const said = extra?.['privacyOptions'];
  if (typeof said === 'string') return said.split(',');
  const widest = extra?.['private'] === true ? 'FOLLOWER_OF_CREATOR' : 'PUBLIC_TO_EVERYONE';
  return [widest, 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'];
}

/** https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info */
export function creatorInfo(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
  limits: Limits,
): SimResponse {
  checkType(request);
  if (request.body.length > 0) refuse(invalidParams('No body is expected'));
  limit(state, world, `creator ${account.token}`, limits.creatorInfosPerMinute, MINUTE_MS, rateLimited);
  if (postsOfDay(state, world, account) >= limits.postsPerDay) return tooManyPosts(200);
  state.asked.add(account.id);
  const { extra } = account;
  return ok({
    creator_avatar_url: 'https://p16-sign.tiktokcdn.example/avatar.jpeg',
    creator_username: usernameOf(account),
    creator_nickname: account.name,
    privacy_level_options: privacyOptions(account),
    comment_disabled: extra?.['commentDisabled'] === true,
    duet_disabled: extra?.['duetDisabled'] === true,
    stitch_disabled: extra?.['stitchDisabled'] === true,
    max_video_post_duration_sec: Number(extra?.['maxSeconds'] ?? 600),
  });
}

/** Everything that TikTok checks of the account before a direct post. */
export function checkDirectPost(
  account: SimAccount,
  privacy: string,
  state: State,
  world: SimWorld,
  limits: Limits,
): void {
  if (!state.asked.has(account.id))
    refuse(invalidParams('creator_info must be queried before each direct post'));
  if (account.extra?.['unaudited'] === true && (account.extra['private'] !== true || privacy !== 'SELF_ONLY'))
    refuse(
      apiError(
        403,
        'unaudited_client_can_only_post_to_private_accounts',
        'Unaudited clients can only post to a private account.',
      ),
    );
  if (!privacyOptions(account).includes(privacy))
    refuse(
      apiError(
        403,
        'privacy_level_option_mismatch',
        'privacy_level is not among the privacy_level_options of the creator.',
      ),
    );
  if (postsOfDay(state, world, account) >= limits.postsPerDay) refuse(tooManyPosts(403));
}

function postsOfDay(state: State, world: SimWorld, { id }: SimAccount): number {
  const since = world.now().getTime() - DAY_MS;
  return [...state.publications.values()].filter(
    ({ account, draft, completeAt }) => account === id && !draft && completeAt !== null && completeAt > since,
  ).length;
}
