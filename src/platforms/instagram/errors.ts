import { clip } from '../../core/clip.ts';
import { classify, type ErrorRule, type PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { redactText } from '../../core/redact-text.ts';
import { graphAnswer, graphError } from '../../http/graph.ts';
import { COMMENT_RULES, ERROR_RULES } from './error-rules.ts';

const SPAM_LOOK_MS = 30 * 60_000;

// A spam block (4/2207051) has come back for posts that did go out: github.com/gitroomhq/postiz-app/pull/1681
const PUBLISH_RULES: readonly ErrorRule[] = ERROR_RULES.map((rule) =>
  rule.key === '*/2207051' ? { ...rule, kind: 'unknown', waitMs: SPAM_LOOK_MS } : rule,
);
// When an earlier media_publish got no answer, "not found" or "invalid" can mean: published already.
const REPEATED_PUBLISH_RULES: readonly ErrorRule[] = PUBLISH_RULES.map((rule) =>
  rule.kind === 'rejected' ? { ...rule, kind: 'unknown' } : rule,
);

// Nothing is visible yet, so another container may be tried.
const UNKNOWN_FAILURE: ErrorRule = {
  key: 'unknown failure',
  kind: 'temporary',
  message: 'Instagram could not process the file.',
  hint: 'If it happens again: try another file, a JPEG or an MP4 with H.264 and AAC.',
};

/** The error of a request that makes nothing visible. */
export function requestError(response: HttpResponse, now: Date): PublishError {
  return graphError(ERROR_RULES, response, now, 'not armed');
}

/** The error of media_publish: 'unknown' unless the answer proves that nothing went out. */
export function publishError(response: HttpResponse, now: Date, sentBefore: boolean): PublishError {
  const notReady = graphAnswer(response, now)?.keys.includes('*/2207027') === true && response.status === 400;
  if (notReady && !sentBefore) return requestError(response, now);
  return graphError(sentBefore ? REPEATED_PUBLISH_RULES : PUBLISH_RULES, response, now, 'armed');
}

/** Of the request that makes a comment: what it lacks is no reason to give the account up. */
export function commentError(response: HttpResponse, now: Date): PublishError {
  return graphError([...COMMENT_RULES, ...ERROR_RULES], response, now, 'armed');
}

/** The error of a container whose status is ERROR; `status` is the platform's sentence, which holds the subcode. */
export function containerError(status: string, now: Date): PublishError {
  const subcode = /\b2207\d{3}\b/.exec(status)?.[0];
  const keys = subcode === undefined ? [UNKNOWN_FAILURE.key] : [`*/${subcode}`, UNKNOWN_FAILURE.key];
  const platformCode = subcode ?? 'CONTAINER_ERROR';
  return classify(
    [...ERROR_RULES, UNKNOWN_FAILURE],
    { keys, platformCode, platformMessage: clip(redactText(status), 500) },
    now,
  );
}
