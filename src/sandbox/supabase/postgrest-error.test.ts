import { describe, expect, it } from 'vitest';
import { httpStatusOf, postgrestErrorOf } from './postgrest-error.ts';

describe('httpStatusOf', () => {
  it.each([
    ['P0001', 400],
    ['P0002', 500],
    ['CP001', 400],
    ['22P02', 400],
    ['23502', 400],
    ['23503', 409],
    ['23505', 409],
    ['23514', 400],
    ['25006', 405],
    ['40001', 500],
    ['40P01', 500],
    ['42703', 400],
    ['42883', 404],
    ['42P01', 404],
    ['53300', 503],
    ['53400', 500],
    ['55P03', 500],
    ['57014', 500],
    ['PT402', 402],
    ['PT999', 400],
    ['PGRST001', 503],
  ])('answers SQLSTATE %s with %i', (sqlState, status) => {
    expect(httpStatusOf(sqlState, 'service_role')).toBe(status);
  });

  it('asks who has not signed in to do so, and refuses everybody else', () => {
    expect(httpStatusOf('42501', 'anon')).toBe(401);
    expect(httpStatusOf('42501', 'authenticated')).toBe(403);
  });
});

describe('postgrestErrorOf', () => {
  it('leaves errors alone that did not come from PostgreSQL', () => {
    expect(postgrestErrorOf(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))).toBeUndefined();
    expect(postgrestErrorOf('text')).toBeUndefined();
  });

  it('says null for what PostgreSQL did not say', () => {
    const error = Object.assign(new Error('no such thing'), {
      name: 'PostgresError',
      code: '22023',
      hint: 'another',
    });
    expect(postgrestErrorOf(error)).toEqual({
      code: '22023',
      details: null,
      hint: 'another',
      message: 'no such thing',
    });
  });
});
