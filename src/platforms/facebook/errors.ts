import type { PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { graphError } from '../../http/graph.ts';
import { COMMENT_RULES, ERROR_RULES } from './error-rules.ts';

/** Facebook says that this very content is there already: evidence for an effect that was sent before. */
export function isDuplicate(platformCode: string | undefined): boolean {
  return platformCode !== undefined && /^506\b|\b1366051$/.test(platformCode);
}

/** @see graphError for what `moment` changes. */
export function facebookError(
  response: HttpResponse,
  now: Date,
  moment: 'armed' | 'not armed',
): PublishError {
  return graphError(ERROR_RULES, response, now, moment);
}

/** Of the request that makes a comment: what it lacks is no reason to give the account up. */
export function commentError(response: HttpResponse, now: Date): PublishError {
  return graphError([...COMMENT_RULES, ...ERROR_RULES], response, now, 'armed');
}
