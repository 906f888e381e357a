import { clip } from '../../core/clip.ts';
import { classify, type ErrorRule, type PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { redactText } from '../../core/redact-text.ts';
import { graphError } from '../../http/graph.ts';
import { CONTAINER_RULES, ERROR_RULES } from './error-rules.ts';

const SPAM_LOOK_MS = 30 * 60_000;

// On Instagram a spam block (2207051) has come back for posts that did go out: github.com/gitroomhq/postiz-app/pull/1681
const PUBLISH_RULES: readonly ErrorRule[] = ERROR_RULES.map((rule) =>
  rule.key === '*/2207051' ? { ...rule, kind: 'unknown', waitMs: SPAM_LOOK_MS } : rule,
);
// When an earlier threads_publish got no answer, "not found" or "invalid" can mean: published already.
const REPEATED_PUBLISH_RULES: readonly ErrorRule[] = PUBLISH_RULES.map((rule) =>
  rule.kind === 'rejected' ? { ...rule, kind: 'unknown' } : rule,
);

/** The error of a request that makes nothing visible. */
export function requestError(response: HttpResponse, now: Date): PublishError {
  return graphError(ERROR_RULES, response, now, 'not armed');
}

/** The error of threads_publish: 'unknown' unless the answer proves that nothing went out. */
export function publishError(response: HttpResponse, now: Date, sentBefore: boolean): PublishError {
  return graphError(sentBefore ? REPEATED_PUBLISH_RULES : PUBLISH_RULES, response, now, 'armed');
}

/** The error of a container in ERROR; `name` is what it gives as its error_message. */
export function containerError(name: string, now: Date): PublishError {
  return classify(
    CONTAINER_RULES,
    {
      keys: [name, 'UNKNOWN'],
      platformCode: /^[A-Z_]{3,40}$/.test(name) ? name : 'CONTAINER_ERROR',
      platformMessage: clip(redactText(name), 500),
    },
    now,
  );
}
