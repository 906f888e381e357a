import { describe, expect, it } from 'vitest';
import type { PublicPost } from '../../src/sandbox/platforms/simulator.ts';
import { FIRST_WISH, type Wish } from './app-side.ts';
import { auditOf } from './audit.ts';
import {
  BROKEN,
  type Facts,
  judge,
  mayNeedPerson,
  mayNeedPersonAfterAKill,
  shareOut,
  shows,
} from './judge.ts';

const post = { platform: 'facebook', accountId: 'page' } as const;
const AT = new Date('2026-11-21T10:00:00Z');
const later = (seconds: number) => new Date(AT.getTime() + seconds * 1_000);

const seen = (over: Partial<PublicPost> = {}): PublicPost => ({
  platform: 'facebook',
  account: 'page',
  id: 'page_1',
  kind: 'text',
  text: 'mark0000001 version 1: made by hand',
  media: [],
  at: AT.toISOString(),
  url: 'https://facebook.example/page_1',
  ...over,
});

const target = (over: Partial<NonNullable<Facts['target']>> = {}): NonNullable<Facts['target']> => ({
  state: 'published',
  platform_post_id: 'page_1',
  id_kind: 'post',
  next_look_at: null,
  warning: null,
  missing: null,
  error: null,
  ...over,
});

const facts = (over: Partial<Facts> = {}): Facts => ({
  row: { status: 'published', published_at: AT.toISOString(), metadata: { facebook_post_id: 'page_1' } },
  queue: { state: 'done', next_attempt_at: null, problem: null },
  target: target(),
  arms: [{ arm_id: 'arm', at: AT }],
  followed: [],
  ...over,
});

const told = { code: 'REFUSED', message: 'It was refused.' };
const maybe = { code: 'MAYBE_LIVE', message: 'May already be live.' };
const ended = { published_at: null, metadata: { publish_error: told } };
const verdict = (
  over: Partial<Facts>,
  posts: readonly PublicPost[],
  wishes: readonly Wish[] = [FIRST_WISH],
) => judge(post, facts(over), posts, wishes).verdict;

describe('the verdict on a post', () => {
  it('is "once" when everybody says the same', () => {
    expect(verdict({}, [seen()])).toBe('once');
  });

  it('is "doubled" whatever the database says', () => {
    expect(verdict({}, [seen(), seen({ id: 'page_2' })])).toBe('doubled');
  });

  it('asks for the comment below it, where there was to be one, or for a word of why it is missing', () => {
    const comment = seen({ id: 'page_1_1', kind: 'comment', text: 'mark0000001, and the recipe.' });
    const commented = {
      ...post,
      follows: [{ effect: 'comment', mark: 'mark0000001, and the recipe' }],
    } as const;
    const said = (over: Partial<Facts>, posts: readonly PublicPost[]) =>
      judge(commented, facts(over), posts, [FIRST_WISH]).verdict;
    const missing = (next_look_at: string | null) => ({
      target: target({ missing: 'The post is out, but not the first comment.', next_look_at }),
    });
    expect(said({}, [seen(), comment])).toBe('once');
    expect(said({}, [seen()])).toBe('untrue');
    expect(said({}, [seen(), comment, { ...comment, id: 'page_1_2' }])).toBe('doubled');
    expect(said(missing(AT.toISOString()), [seen()])).toBe('waiting');
    expect(said(missing(null), [seen()])).toBe('told');
    expect(said({ ...missing(null), followed: ['unknown'] }, [seen()])).toBe('person');
    expect(verdict({}, [seen(), comment])).toBe('untrue');
  });

  it('asks for every part of a thread, in order and of one version', () => {
    const thread = {
      ...post,
      follows: [
        { effect: 'part:2', mark: 'mark0000001 part 2' },
        { effect: 'part:3', mark: 'mark0000001 part 3' },
      ],
    } as const;
    const part = (number: number, version = 1) =>
      seen({
        id: `page_1_${number}`,
        kind: 'reply',
        text: `mark0000001 part ${number} of version ${version}:`,
      });
    const said = (over: Partial<Facts>, ...posts: PublicPost[]) =>
      judge(thread, facts(over), posts, [FIRST_WISH]).verdict;
    const missing = { target: target({ missing: 'The post is out, but not part 3 of 3.' }) };
    expect(said({}, seen(), part(2), part(3))).toBe('once');
    expect(said({}, seen(), part(2), part(3), { ...part(3), id: 'page_1_4' })).toBe('doubled');
    expect(said({}, seen(), part(2))).toBe('untrue');
    expect(said({}, seen(), part(3))).toBe('untrue');
    expect(said({}, seen(), part(2), part(3, 2))).toBe('untrue');
    expect(said({}, part(2))).toBe('untrue');
    expect(said(missing, seen(), part(2))).toBe('told');
    expect(said(missing, seen(), part(3))).toBe('untrue');
    expect(said(missing, seen(), part(2), part(3))).toBe('untrue');
  });

  it('is "person" only where the row says that it may be live', () => {
    const review = target({ state: 'needs_review', platform_post_id: null });
    const row = (status: string, error: unknown) => ({
      status,
      published_at: null,
      metadata: { publish_error: error },
    });
    expect(verdict({ target: review, row: row('failed', maybe) }, [])).toBe('person');
    expect(verdict({ target: review, row: row('failed', maybe) }, [seen()])).toBe('person');
    expect(verdict({ target: review, row: row('draft', maybe) }, [])).toBe('untrue');
    expect(verdict({ target: review, row: row('failed', told) }, [])).toBe('untrue');
  });

  it('is "told" when it stayed at home and the row says why, else "lost"', () => {
    const failed = target({ state: 'failed', platform_post_id: null });
    expect(verdict({ target: failed, row: { status: 'draft', ...ended } }, [])).toBe('told');
    expect(verdict({ target: failed, row: { status: 'draft', published_at: null, metadata: {} } }, [])).toBe(
      'lost',
    );
    expect(verdict({ target: failed, row: { status: 'scheduled', ...ended } }, [])).toBe('lost');
    expect(verdict({ target: null, queue: null, row: { status: 'scheduled', ...ended } }, [])).toBe('lost');
  });

  it('is "waiting" as long as it is looked at again', () => {
    const queue = { state: 'waiting', next_attempt_at: AT.toISOString(), problem: null };
    const held = target({ state: 'held', platform_post_id: null, next_look_at: AT.toISOString() });
    expect(verdict({ queue, target: held, row: { status: 'scheduled', ...ended } }, [])).toBe('waiting');
  });

  it('is "untrue" when tables or row say something else than what is public', () => {
    expect(verdict({}, [])).toBe('untrue');
    expect(verdict({ target: target({ platform_post_id: 'other' }) }, [seen()])).toBe('untrue');
    expect(verdict({ target: target({ state: 'failed' }) }, [seen()])).toBe('untrue');
    expect(verdict({ row: { status: 'draft', ...ended } }, [seen()])).toBe('untrue');
    expect(verdict({}, [seen({ account: 'another' })])).toBe('untrue');
    const left = { status: 'published', published_at: null, metadata: { _publishing: true } };
    expect(verdict({ row: left }, [seen()])).toBe('untrue');
  });

  it('is "stale" when it was armed against what the app wanted by then', () => {
    const edited: Wish = { ...FIRST_WISH, version: 2, at: later(-5) };
    const afterwards: Wish = { ...FIRST_WISH, version: 2, at: later(5) };
    const second = seen({ text: 'mark0000001 version 2: made by hand' });
    expect(verdict({}, [seen()], [FIRST_WISH, edited])).toBe('stale');
    expect(verdict({}, [second], [FIRST_WISH, edited])).toBe('once');
    expect(verdict({}, [seen()], [FIRST_WISH, afterwards])).toBe('once');
    expect(verdict({}, [seen()], [FIRST_WISH, { ...edited, version: 1, wanted: false }])).toBe('stale');
    expect(verdict({}, [seen()], [FIRST_WISH, { ...edited, version: 1, notBefore: later(60) }])).toBe(
      'stale',
    );
  });

  it('is "stale" when a later arm would have been right, but what is public went out under an earlier one', () => {
    const edited: Wish = { ...FIRST_WISH, version: 2, at: later(-60) };
    const arms = [
      { arm_id: 'first', at: later(-5) },
      { arm_id: 'second', at: later(300) },
    ];
    const back: Wish = { ...FIRST_WISH, at: later(200) };
    expect(verdict({ arms }, [seen()], [FIRST_WISH, edited, back])).toBe('stale');
  });

  it('is "withdrawn" when it stayed at home because the app took it back, and "lost" when the app wanted it', () => {
    const cancelled = target({ state: 'cancelled', platform_post_id: null });
    const home = {
      target: cancelled,
      queue: { state: 'cancelled', next_attempt_at: null, problem: null },
      row: { status: 'draft', published_at: null, metadata: {} },
    };
    const back: Wish = { ...FIRST_WISH, wanted: false, at: later(-5) };
    expect(verdict(home, [], [FIRST_WISH, back])).toBe('withdrawn');
    expect(verdict(home, [], [FIRST_WISH])).toBe('lost');
    expect(verdict(home, [], [FIRST_WISH, back, { ...back, wanted: true, at: later(-1) }])).toBe('lost');
    expect(verdict({ ...home, queue: null, target: null }, [])).toBe('lost');
  });

  it('does not take the publishing of the app for ours once the app has scheduled it again', () => {
    const byApp: Wish = { ...FIRST_WISH, wanted: false, byApp: true, at: later(-5) };
    const published = { target: null, queue: null };
    expect(verdict(published, [], [FIRST_WISH, byApp])).toBe('withdrawn');
    expect(verdict(published, [], [FIRST_WISH, byApp, { ...byApp, wanted: true, at: later(-1) }])).not.toBe(
      'withdrawn',
    );
  });

  it('knows a video by its own id as well as by that of the post that shows it, and by no other', () => {
    const video = seen({ kind: 'video', url: 'https://facebook.example/page/videos/77/' });
    const as = (id: string) =>
      verdict({ target: target({ platform_post_id: id, id_kind: 'video' }) }, [video]);
    expect([as('77'), as('7'), as('page_1')]).toEqual(['once', 'untrue', 'once']);
  });

  it('reads a target of several by its own error, because the row tells of the others', () => {
    const failed = target({ state: 'failed', platform_post_id: null, error: told });
    const over = facts({ target: failed });
    expect(judge(post, over, [], [FIRST_WISH], false).verdict).toBe('told');
    expect(judge(post, over, [], [FIRST_WISH]).verdict).toBe('untrue');
    const silent = facts({ target: { ...failed, error: null } });
    expect(judge(post, silent, [], [FIRST_WISH], false).verdict).toBe('lost');
  });
});

describe('what is public of a post', () => {
  const mine = { mark: 'mark0000001', file: null };

  it('is found under another text after an edit, under the title of another video, and by its file', () => {
    expect(shows(seen({ text: 'mark0000001 version 7: said otherwise' }), mine)).toBe(true);
    expect(shows(seen({ kind: 'video', text: 'From the workshop\n\nmark0000001 version 1' }), mine)).toBe(
      true,
    );
    expect(shows(seen({ text: 'From the workshop\n\nmark0000002 version 1' }), mine)).toBe(false);
    expect(shows(seen({ kind: 'story', text: '', media: ['abc'] }), { ...mine, file: 'abc' })).toBe(true);
    expect(shows(seen({ kind: 'story', text: '', media: ['abd'] }), { ...mine, file: 'abc' })).toBe(false);
  });
});

describe('posts of equal text', () => {
  const one = (over: Partial<NonNullable<Facts['target']>>, accountId = 'page') => ({
    post: { platform: 'facebook' as const, accountId },
    facts: facts({ target: target(over) }),
  });
  const verdicts = (members: readonly ReturnType<typeof one>[], posts: readonly PublicPost[]) =>
    shareOut(members, posts).map(
      (own, index) => judge(members[index]?.post ?? post, members[index]?.facts ?? facts(), own, []).verdict,
    );
  const second = seen({ id: 'page_2' });

  it('are one each when both went out', () => {
    expect(verdicts([one({}), one({ platform_post_id: 'page_2' })], [second, seen()])).toEqual([
      'once',
      'once',
    ]);
  });

  it('are doubled when a third one is public', () => {
    const posts = [seen(), second, seen({ id: 'page_3' })];
    expect(verdicts([one({}), one({ platform_post_id: 'page_2' })], posts)).toContain('doubled');
  });

  it('are doubled when two are public and one of them never went out', () => {
    const failed = one({ state: 'failed', platform_post_id: null });
    expect(verdicts([failed, one({})], [seen(), second])).toContain('doubled');
  });

  it('break the promise when both name the same one', () => {
    expect(verdicts([one({}), one({})], [seen()]).filter((found) => BROKEN.includes(found))).not.toEqual([]);
  });

  it('have a thread each, whichever of the two a part stands below', () => {
    const parts = [2, 3].map((number) => ({
      effect: `part:${number}` as const,
      mark: `mark0000001 part ${number}`,
    }));
    const thread = (id: string) => {
      const { facts: own } = one({ platform_post_id: id });
      return { post: { ...post, follows: parts }, facts: own };
    };
    const part = (number: number, id: string) =>
      seen({ id, kind: 'reply', text: `mark0000001 part ${number} of version 1:` });
    const four = [part(2, 'a'), part(2, 'b'), part(3, 'c'), part(3, 'd')];
    const twins = [thread('page_1'), thread('page_2')];
    expect(verdicts(twins, [seen(), second, ...four])).toEqual(['once', 'once']);
    expect(verdicts(twins, [seen(), second, ...four, part(2, 'e')])).toContain('doubled');
    expect(verdicts(twins, [seen(), second, ...four.slice(1)])).toEqual(['once', 'untrue']);
  });

  it('go to the accounts that show them, and what no account of theirs shows is wrong', () => {
    const other = one({ platform_post_id: 'other_1' }, 'other');
    const there = seen({ id: 'other_1', account: 'other' });
    expect(shareOut([one({}), other], [there, seen()]).map((own) => own.length)).toEqual([1, 1]);
    expect(verdicts([one({})], [seen(), seen({ account: 'third' })])).toEqual(['doubled']);
    expect(verdicts([one({})], [seen({ account: 'third' })])).toEqual(['untrue']);
  });
});

describe('the count at the end', () => {
  const judged = [{ post: { mark: 'mark0000001', file: null, name: 'facebook text' }, seen: 1 }];
  const added = [{ mark: 'mark0000001', file: null }];
  const found = (posts: readonly PublicPost[]) =>
    auditOf(posts, judged, added, 'audit').findings.map(({ verdict: what }) => what);

  it('finds what became public after the verdict, and what nobody scheduled', () => {
    expect(found([seen()])).toEqual([]);
    expect(found([seen(), seen({ id: 'page_2' })])).toEqual(['doubled']);
    expect(found([])).toEqual(['doubled']);
    expect(found([seen(), seen({ id: 'page_2', text: 'something else' })])).toEqual(['untrue']);
  });
});

describe('a person', () => {
  const of = (platform: 'facebook' | 'instagram' | 'linkedin' | 'youtube', kind: string) => ({
    platform,
    name: `${platform} ${kind}`,
  });

  it('is needed only where the platform cannot be asked about a key of ours', () => {
    expect(mayNeedPerson(of('linkedin', 'text'))).toBe(true);
    expect(mayNeedPerson(of('facebook', 'carousel'))).toBe(true);
    expect(mayNeedPerson(of('facebook', 'photo story'))).toBe(false);
    expect(mayNeedPerson(of('facebook', 'reel'))).toBe(false);
    expect(mayNeedPerson(of('instagram', 'image'))).toBe(false);
    expect(mayNeedPersonAfterAKill(of('facebook', 'text'))).toBe(false);
  });
});
