import { withFollowUps } from '../../core/own-comment.ts';
import type { Platform } from '../../core/platform.ts';
import { lifetime, permissions, scopes } from './access.ts';
import { accountId, lookUpAccountId, refresh, verify, verifyApp } from './account.ts';
import { capabilities } from './capabilities.ts';
import { connecting } from './connect.ts';
import { find } from './find.ts';
import { findFollowUp, followUps, publishFollowUp } from './follow-ups.ts';
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
  followUps,
  ...withFollowUps({ prepare, publish, find }, { publish: publishFollowUp, find: findFollowUp }),
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
