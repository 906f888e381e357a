import type { Platform } from '../../core/platform.ts';
import { lifetime, permissions } from './access.ts';
import { accountId, lookUpAccountId, refresh, verify, verifyApp } from './account.ts';
import { capabilities } from './capabilities.ts';
import { connecting } from './connect.ts';
import { find } from './find.ts';
import { identify } from './identify.ts';
import { metrics } from './metrics.ts';
import { OPTION_SHAPES } from './options.ts';
import { prepare } from './prepare.ts';
import { problems } from './problems.ts';
import { publish } from './publish.ts';

export const tiktok: Platform = {
  capabilities,
  options: OPTION_SHAPES,
  accountId,
  lookUpAccountId,
  problems,
  prepare,
  publish,
  find,
  identify,
  verify,
  verifyApp,
  permissions,
  lifetime,
  connecting,
  refresh,
  metrics,
};
