import type { Platform } from '../../core/platform.ts';
import { lifetime, permissions } from './access.ts';
import { accountId, lookUpAccountId, refresh, verify } from './account.ts';
import { capabilities } from './capabilities.ts';
import { connecting } from './connect.ts';
import { followUps } from './content.ts';
import { cost } from './cost.ts';
import { find } from './find.ts';
import { identify } from './identify.ts';
import { metrics } from './metrics.ts';
import { OPTION_SHAPES } from './options.ts';
import { prepare } from './prepare.ts';
import { problems } from './problems.ts';
import { publish } from './publish.ts';

export const x: Platform = {
  capabilities,
  options: OPTION_SHAPES,
  accountId,
  lookUpAccountId,
  problems,
  followUps,
  cost,
  prepare,
  publish,
  find,
  identify,
  verify,
  permissions,
  lifetime,
  connecting,
  refresh,
  metrics,
};
