import { firstCommentAsFollowUp, withComments } from '../../core/own-comment.ts';
import type { Platform } from '../../core/platform.ts';
import { accountId, lookUpAccountId, refresh, verify } from './account.ts';
import { capabilities } from './capabilities.ts';
import { findOwnComment, publishComment } from './comment.ts';
import { find } from './find.ts';
import { identify } from './identify.ts';
import { metrics } from './metrics.ts';
import { OPTION_SHAPES } from './options.ts';
import { prepare } from './prepare.ts';
import { problems } from './problems.ts';
import { publish } from './publish.ts';

export const youtube: Platform = {
  capabilities,
  options: OPTION_SHAPES,
  accountId,
  lookUpAccountId,
  problems,
  followUps: firstCommentAsFollowUp,
  ...withComments({ prepare, publish, find }, { publish: publishComment, find: findOwnComment }),
  identify,
  verify,
  refresh,
  metrics,
};
