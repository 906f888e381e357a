import type { Platform } from '../../core/platform.ts';
import { lifetime, permissions, scopes } from './access.ts';
import { accountId, lookUpAccountId, refresh, server, verify } from './account.ts';
import { capabilities } from './capabilities.ts';
import { connecting } from './connect.ts';
import { followUps } from './content.ts';
import { find } from './find.ts';
import { identify } from './identify.ts';
import { metrics } from './metrics.ts';
import { OPTION_SHAPES } from './options.ts';
import { prepare } from './prepare.ts';
import { problems } from './problems.ts';
import { publish } from './publish.ts';
import { textLimit } from './server-limits.ts';

export const mastodon: Platform = {
  capabilities,
  options: OPTION_SHAPES,
  server,
  accountId,
  lookUpAccountId,
  problems,
  followUps,
  textLimit,
  prepare,
  publish,
  find,
  identify,
  verify,
  permissions,
  scopes,
  lifetime,
  connecting,
  refresh,
  metrics,
};
