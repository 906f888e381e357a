import type { Platform } from '../../core/platform.ts';
import { lifetime, permissions } from './access.ts';
import { accountId, refresh, server, verify } from './account.ts';
import { capabilities } from './capabilities.ts';
import { connecting } from './connect.ts';
import { followUps } from './content.ts';
import { find } from './find.ts';
import { identify } from './identify.ts';
import { metrics } from './metrics.ts';
import { prepare } from './prepare.ts';
import { OPTION_SHAPES, problems } from './problems.ts';
import { publish } from './publish.ts';

export const bluesky: Platform = {
  capabilities,
  options: OPTION_SHAPES,
  server,
  accountId,
  problems,
  followUps,
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
