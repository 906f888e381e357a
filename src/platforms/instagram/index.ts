import { firstCommentAsFollowUp, withFollowUps } from '../../core/own-comment.ts';
import type { Platform } from '../../core/platform.ts';
import { lifetime, permissions, scopes } from './access.ts';
import { accountId, lookUpAccountId, refresh, verify } from './account.ts';
import { capabilities } from './capabilities.ts';
import { findOwnComment, publishComment } from './comment.ts';
import { connecting } from './connect.ts';
import { find } from './find.ts';
import { identify } from './identify.ts';
import { metrics } from './metrics.ts';
import { prepare } from './prepare.ts';
import { OPTION_SHAPES, problems } from './problems.ts';
import { publish } from './publish.ts';

/** Instagram professional accounts, through Facebook Login and Instagram Login. */
export const instagram: Platform = {
  capabilities,
  options: OPTION_SHAPES,
  accountId,
  lookUpAccountId,
  problems,
  followUps: firstCommentAsFollowUp,
  ...withFollowUps({ prepare, publish, find }, { publish: publishComment, find: findOwnComment }),
  identify,
  verify,
  permissions,
  scopes,
  lifetime,
  connecting,
  refresh,
  metrics,
};
