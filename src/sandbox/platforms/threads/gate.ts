import { unknownPath } from '../graph-gate.ts';
import { refuse } from '../graph-refusal.ts';
import type { SimAccount } from '../simulator.ts';
import { ERRORS } from './refusals.ts';

/** https://developers.facebook.com/docs/threads/get-started#permissions */
export const FULL_SCOPES = [
  'threads_basic',
  'threads_content_publish',
  'threads_manage_replies',
  'threads_read_replies',
  'threads_manage_insights',
  'threads_location_tagging',
] as const;
export type Scope = (typeof FULL_SCOPES)[number];

/** The parts of the path behind the version; there is but one, and it may be left out. */
export function pathParts(path: string): string[] {
  const [, ...parts] = path.split('/');
  const rest = parts[0] === 'v1.0' ? parts.slice(1) : parts;
  const strange = rest.length === 0 || rest.some((part) => part === '') || /^v\d/.test(rest[0] ?? '');
  return strange ? unknownPath(path) : rest;
}

export function requireScopes(account: SimAccount, ...needed: readonly Scope[]): void {
  if (!needed.every((scope) => account.scopes.includes(scope))) refuse(ERRORS.permission);
}
