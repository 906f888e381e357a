import { firstCommentAsFollowUp, withFollowUps } from '../../core/own-comment.ts';
import type { Platform } from '../../core/platform.ts';
import { lifetime, permissions, scopes, verifyApp } from './access.ts';
import { accountId, refresh, verify } from './account.ts';
import { capabilities } from './capabilities.ts';
import { findOwnComment, publishComment } from './comment.ts';
import { connecting } from './connect.ts';
import { find } from './find.ts';
import { identify } from './identify.ts';
import { metrics } from './metrics.ts';
import { prepare } from './prepare.ts';
import { OPTION_SHAPES, problems } from './problems.ts';
import { publish } from './publish.ts';

export const facebook: Platform = {
  capabilities,
  options: OPTION_SHAPES,
  accountId,
  problems,
  followUps: firstCommentAsFollowUp,
  ...withFollowUps({ prepare, publish, find }, { publish: publishComment, find: findOwnComment }),
  identify,
  verify,
  verifyApp,
  permissions,
  scopes,
  lifetime,
  connecting,
  refresh,
  metrics,
};
