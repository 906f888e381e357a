import { withFollowUps } from '../../core/own-comment.ts';
import type { Platform } from '../../core/platform.ts';
import { lifetime, permissions, scopes, verifyApp } from './access.ts';
import { accountId, refresh, verify } from './account.ts';
import { capabilities } from './capabilities.ts';
import { findOwnComment, publishComment } from './comment.ts';
import { connecting } from './connect.ts';
import { followUps } from './content.ts';
import { find } from './find.ts';
import { identify } from './identify.ts';
import { metrics } from './metrics.ts';
import { OPTION_SHAPES } from './options.ts';
import { prepare } from './prepare.ts';
import { problems } from './problems.ts';
import { publish } from './publish.ts';

export const linkedin: Platform = {
  capabilities,
  options: OPTION_SHAPES,
  accountId,
  problems,
  followUps,
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
