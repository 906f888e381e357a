import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedTarget } from '../../test/support/stored-target.ts';
import { type Candidate, type Choice, chooseAccounts } from './choose-accounts.ts';
import type { StoredConnection, StoredTarget } from './job.ts';

const connection = (part: Partial<StoredConnection> & { id: string }): StoredConnection => ({
  platform: 'facebook',
  pageId: null,
  pageName: null,
  instagramId: null,
  linkedinId: null,
  organizationId: null,
  accessToken: 'x',
  refreshToken: null,
  active: true,
  status: 'active',
  metadata: {},
  tokenGoodUntil: null,
  ...part,
});
const page = (id: string, part: Partial<StoredConnection> = {}): Candidate => ({
  platform: 'facebook',
  accountId: id,
  connection: connection({ id: `row-${id}`, pageId: id, pageName: `Page ${id}`, ...part }),
});
const target = (part: Partial<StoredTarget>): StoredTarget => storedTarget({ origin: 'app', ...part });

const choose = (candidates: readonly Candidate[], metadata = {}, appTargets: readonly StoredTarget[] = []) =>
  chooseAccounts('facebook', 'Facebook', metadata, candidates, appTargets);
const rows = (choice: Choice) =>
  'accounts' in choice ? choice.accounts.map((one) => one.connection.id) : choice.problem.code;

describe('where a post goes', () => {
  it('to the only account of its platform', () => {
    const others: Candidate[] = [
      { ...page('9', { platform: 'instagram' }), platform: 'instagram' },
      page('1'),
    ];
    const choice = choose(others);
    expect(choice).toEqual({
      accounts: [
        {
          platform: 'facebook',
          accountId: '1',
          name: 'Page 1',
          origin: 'post',
          connection: others[1]?.connection,
        },
      ],
    });
  });

  it('several rows of one remote account are one account, reached by the newest', () => {
    expect(rows(choose([page('1', { id: 'new' }), page('1', { id: 'old' })]))).toEqual(['new']);
  });

  it('an active row is taken before a newer inactive one of the same account', () => {
    expect(rows(choose([page('1', { id: 'new', active: false }), page('1', { id: 'old' })]))).toEqual([
      'old',
    ]);
  });

  it('an account without a name is called by its id', () => {
    const choice = choose([page('1', { pageName: null })]);
    expect('accounts' in choice && choice.accounts[0]?.name).toBe('1');
  });

  it('a disconnected account is still the one: the post waits for it', () => {
    expect(rows(choose([page('1', { active: false })]))).toEqual(['row-1']);
  });

  it('an active account is taken although others were disconnected', () => {
    expect(rows(choose([page('2', { active: false }), page('1')]))).toEqual(['row-1']);
  });

  it.each([
    ['account_id', { account_id: '2' }],
    ['page_id', { page_id: '2' }],
    ['account_id before page_id', { account_id: '2', page_id: '1' }],
    ['a number', { account_id: 2 }],
    ['padding', { account_id: ' 2 ' }],
    ['the row’s own id', { account_id: 'row-2' }],
  ])('to the one that the post names among several: %s', (_name, metadata) => {
    expect(rows(choose([page('1'), page('2'), page('3')], metadata))).toEqual(['row-2']);
  });

  it.each([
    ['linkedinId', { linkedinId: 'abc' }],
    ['instagramId', { instagramId: 'abc' }],
    ['organizationId', { organizationId: 'abc' }],
    ['pageId', { pageId: 'abc' }],
  ])('an account may be named by its %s', (_name, part) => {
    expect(rows(choose([page('1'), page('2', part)], { account_id: 'abc' }))).toEqual(['row-2']);
  });

  it('a named account that is disconnected is waited for, although others are connected', () => {
    expect(rows(choose([page('1'), page('2', { active: false })], { account_id: '2' }))).toEqual(['row-2']);
  });
});

describe('a post that cannot choose', () => {
  it('no account: says which platform', () => {
    const choice = choose([{ ...page('1'), platform: 'linkedin' }]);
    expect(choice).toMatchObject({ problem: { kind: 'unusable', code: 'NO_ACCOUNT' } });
    expect('problem' in choice && choice.problem.message).toContain('No Facebook account');
  });

  it('an account that nobody could name is none', () => {
    expect(rows(choose([{ ...page('1'), accountId: null }]))).toBe('NO_ACCOUNT');
  });

  it('several and none named: lists them', () => {
    const choice = choose([page('1'), page('2')]);
    expect(rows(choice)).toBe('SEVERAL_ACCOUNTS');
    expect('problem' in choice && choice.problem.message).toContain('Page 1 (1), Page 2 (2)');
    expect('problem' in choice && choice.problem.hint).toContain('metadata.account_id');
  });

  it('several disconnected ones are still several', () => {
    expect(rows(choose([page('1', { active: false }), page('2', { active: false })]))).toBe(
      'SEVERAL_ACCOUNTS',
    );
  });

  it('a named account that was never connected: says which are', () => {
    const choice = choose([page('1'), page('2')], { page_id: '7' });
    expect(rows(choice)).toBe('ACCOUNT_NOT_CONNECTED');
    expect('problem' in choice && choice.problem.message).toMatch(/account 7.*Page 1 \(1\), Page 2 \(2\)/);
  });

  it('a name that is empty or no text names nothing', () => {
    for (const account_id of ['', ' ', null, {}, ['1'], true]) {
      expect(rows(choose([page('1'), page('2')], { account_id }))).toBe('SEVERAL_ACCOUNTS');
    }
  });
});

describe('targets that the app wrote', () => {
  const linkedin: Candidate = {
    platform: 'linkedin',
    accountId: 'urn:li:person:a',
    connection: connection({ id: 'li', platform: 'linkedin' }),
  };

  it('are the whole list, over platforms, whatever the post names', () => {
    const targets = [
      target({ accountId: '2' }),
      target({ platform: 'linkedin', accountId: 'urn:li:person:a' }),
    ];
    const choice = choose([page('1'), page('2'), linkedin], { account_id: '1' }, targets);
    expect(rows(choice)).toEqual(['row-2', 'li']);
    expect('accounts' in choice && choice.accounts.every(({ origin }) => origin === 'app')).toBe(true);
  });

  it('take the active row of an account, else the newest', () => {
    const two = [page('1', { id: 'new', active: false }), page('1', { id: 'old' })];
    expect(rows(choose(two, {}, [target({})]))).toEqual(['old']);
    expect(rows(choose([page('1', { id: 'new', active: false })], {}, [target({})]))).toEqual(['new']);
  });

  it('keep their own name of the account', () => {
    const name = (one: StoredTarget) => {
      const choice = choose([page('1')], {}, [one]);
      return 'accounts' in choice ? choice.accounts[0]?.name : null;
    };
    expect(name(target({ accountName: 'As the app says' }))).toBe('As the app says');
    expect(name(target({}))).toBe('Page 1');
  });

  it('without a connection are left to their own failure and take nobody with them', () => {
    expect(rows(choose([page('1')], {}, [target({ accountId: '8' }), target({})]))).toEqual(['row-1']);
    expect(rows(choose([page('1')], {}, [target({ platform: 'linkedin' })]))).toEqual([]);
  });
});

it('a derived choice is one account of the platform, and one that was offered', () => {
  const id = fc.constantFrom('1', '2', '3');
  const candidate = fc.record({
    platform: fc.constantFrom('facebook', 'linkedin'),
    accountId: fc.option(id),
    connection: fc
      .record({ id: fc.uuid(), active: fc.boolean(), pageId: fc.option(id) })
      .map((part) => connection(part)),
  });
  const metadata = fc.record({ account_id: fc.option(id), page_id: fc.option(id) });
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 6 }), metadata, (candidates, named) => {
      const choice = choose(candidates, named);
      if ('problem' in choice) {
        expect(choice.problem.kind).toBe('unusable');
        return;
      }
      expect(choice.accounts).toHaveLength(1);
      const [chosen] = choice.accounts;
      const offered = candidates.find((one) => one.connection === chosen?.connection);
      expect(offered).toMatchObject({ platform: 'facebook', accountId: chosen?.accountId });
    }),
  );
});
