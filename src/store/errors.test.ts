import { describe, expect, it } from 'vitest';
import { StoreError } from '../core/store.ts';
import { storeError } from './errors.ts';

const of = (status: number, code?: string, more: { details?: string | null; hint?: string | null } = {}) =>
  storeError('publisher_claim', status, {
    message: 'What it said.',
    ...(code === undefined ? {} : { code }),
    ...more,
  });

describe('an error answer of the Data API', () => {
  it.each([
    // Ours, raised by the functions.
    [400, 'CPLST', 'lost'],
    [400, 'CPVER', 'config'],
    // Something is missing.
    [404, 'PGRST202', 'config'],
    [404, 'PGRST205', 'config'],
    [404, '42P01', 'config'],
    [404, '42883', 'config'],
    [400, '42703', 'config'],
    [404, '3F000', 'config'],
    [404, undefined, 'config'],
    // Key and rights.
    [403, '42501', 'config'],
    [401, 'PGRST301', 'config'],
    [401, 'PGRST302', 'config'],
    [401, 'PGRST303', 'config'],
    [500, '28P01', 'config'],
    [401, undefined, 'config'],
    [403, 'anything', 'config'],
    // Nobody there.
    [0, undefined, 'unreachable'],
    [0, 'ECONNREFUSED', 'unreachable'],
    [500, undefined, 'unreachable'],
    [502, undefined, 'unreachable'],
    [503, 'PGRST000', 'unreachable'],
    [503, 'PGRST001', 'unreachable'],
    [503, 'PGRST002', 'unreachable'],
    [504, 'PGRST003', 'unreachable'],
    [500, '57P01', 'unreachable'],
    [500, '53300', 'unreachable'],
    [429, undefined, 'unreachable'],
    // The same call may succeed a moment later.
    [409, '40001', 'unreachable'],
    [409, '40P01', 'unreachable'],
    [400, '55P03', 'unreachable'],
    // The database said no, and will again.
    [400, '23505', 'fault'],
    [400, '22P02', 'fault'],
    [400, 'P0001', 'fault'],
    [400, 'PGRST203', 'fault'],
    [409, '23503', 'fault'],
  ] as const)('HTTP %s with code %s is %s', (status, code, kind) => {
    const error = of(status, code);
    expect(error).toBeInstanceOf(StoreError);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain('What it said.');
    expect(error.hint).not.toBe('');
  });

  it('what is missing is named, with the command that mends it', () => {
    const error = of(404, 'PGRST202', { details: 'Searched for the function public.publisher_claim(p)' });
    expect(error.message).toContain('publisher_claim');
    expect(error.message).toContain('Searched for the function');
    expect(error.hint).toContain('content-publisher migrate');
  });

  it('a version that does not fit is said in the database’s own words', () => {
    expect(of(400, 'CPVER', { hint: 'Update the program.' })).toMatchObject({
      message: 'What it said.',
      hint: 'Update the program.',
    });
    expect(of(400, 'CPVER').hint).toContain('migrate');
  });

  it('a refused key leads to the variable', () => {
    expect(of(401).hint).toContain('SUPABASE_SERVICE_ROLE_KEY');
  });

  it('an answer without words is told by its number', () => {
    expect(storeError('publisher_arm', 502, { message: '' }).message).toBe(
      'The database did not answer publisher_arm: HTTP 502',
    );
  });
});
