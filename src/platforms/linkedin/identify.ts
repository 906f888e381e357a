import type { Identified, Reach, Unidentified } from '../../core/platform.ts';
import { addressOn } from '../../core/post-address.ts';
import type { ListedPost } from './answers.ts';
import { createApi } from './api.ts';
import { linkedinError } from './errors.ts';
import { isOrganization, parsePostUrn, postUrl } from './urn.ts';

const SITES = ['linkedin.com'];
const PAGE = 50;
const MAX_PAGES = 10;
/** An activity is made together with its post, but has a number of its own. */
const SAME_MOMENT_MS = 10_000;

/** A post as its address names it; `activity` is what browsers show, the API knows shares and ugcPosts only. */
interface Named {
  readonly urn: string;
  readonly type: 'share' | 'ugcPost' | 'activity';
  readonly at: Date;
}

/**
 * The list of an organization's posts decides. LinkedIn shows nobody the posts of a member, nor those of an
 * organization to a token that may only write: there the person's word counts.
 */
export async function identify(
  named: string,
  accountId: string,
  reach: Reach | null,
): Promise<Identified | Unidentified> {
  const post = read(named);
  if (post === null) return unreadable(named);
  if (!isOrganization(accountId)) return identified(post, 'person');
  if (reach === null) return unreachable;

  const api = createApi(reach.context, reach.account);
  let oldest: ListedPost | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await api.listPosts(accountId, page * PAGE, PAGE);
    if ('status' in answer) {
      if (answer.status === 403) return identified(post, 'person');
      throw linkedinError(answer, reach.context.now(), 'not armed');
    }
    const found = answer.find(({ id }) => id === post.urn) ?? sameMoment(answer, post);
    const known = found === undefined ? null : readUrn(found.id);
    if (known !== null) return identified(known, 'platform');
    oldest = answer.at(-1);
    if (oldest === undefined || oldest.createdAt < post.at.getTime() - SAME_MOMENT_MS) break;
  }
  return {
    problem: `The page ${reach.account.name} (${accountId}) lists no such post.`,
    hint: 'Open the post on the page itself, choose “Copy link to post” and name that.',
  };
}

/** The one post of an activity's moment; of several nobody can tell which. */
function sameMoment(posts: readonly ListedPost[], { type, at }: Named): ListedPost | undefined {
  if (type !== 'activity') return undefined;
  const near = posts.filter(({ createdAt }) => Math.abs(createdAt - at.getTime()) <= SAME_MOMENT_MS);
  return near.length === 1 ? near[0] : undefined;
}

function read(named: string): Named | null {
  const text = named.trim();
  const whole = readUrn(text);
  if (whole !== null) return whole;
  const url = addressOn(text, SITES);
  if (url === null) return null;
  const decoded = `${url.pathname}${url.search}`.replaceAll(/%3A/gi, ':');
  // '/posts/name_words-of-the-text-activity-7123456789012345678-AbCd' or '/feed/update/urn:li:activity:7123…'
  const [, type, id] =
    /urn:li:(share|ugcPost|activity):(\d{10,20})(?!\d)/.exec(decoded) ??
    /^\/posts\/.*[-_](share|ugcPost|activity)-(\d{10,20})(?!\d)/.exec(decoded) ??
    [];
  return type === undefined ? null : readUrn(`urn:li:${type}:${id}`);
}

function readUrn(text: string): Named | null {
  const post = parsePostUrn(text);
  if (post !== null) return { urn: post.urn, type: post.type, at: post.createdAt };
  const [urn, id] = /^urn:li:activity:(\d{10,20})$/.exec(text.replaceAll(/%3A/gi, ':')) ?? [];
  if (urn === undefined || id === undefined) return null;
  return { urn, type: 'activity', at: new Date(Number(BigInt(id) >> 22n)) };
}

function identified({ urn, type, at }: Named, proof: Identified['proof']): Identified {
  return { id: urn, idKind: type, url: postUrl(urn), at, proof };
}

function unreadable(named: string): Unidentified {
  const short = addressOn(named, ['lnkd.in']) !== null;
  return {
    problem: short
      ? 'That is a short link, which does not say which post it leads to.'
      : 'That is not the address or the id of a post on LinkedIn.',
    hint: short
      ? 'Open it, and copy the address that the browser then shows.'
      : 'Open the menu of the post, choose “Copy link to post” and name that, or its urn:li:share:<number>.',
  };
}

const unreachable: Unidentified = {
  problem:
    'Addresses on LinkedIn do not say whose post it is, and the page cannot be asked without a working connection.',
  hint: 'Connect the LinkedIn page again in the app, then repeat the command.',
};
