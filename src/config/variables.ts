import { PLATFORM_NAMES, type PlatformName } from '../core/platform-name.ts';
import { encryptionKey, encryptionKeys, serviceRoleKey } from './parse-keys.ts';
import {
  duration,
  email,
  flag,
  hostList,
  integer,
  oneOf,
  secretText,
  text,
  userId,
  zone,
} from './parse-simple.ts';
import { databaseUrl, secretUrl, supabaseUrl } from './parse-url.ts';
import { PLATFORM_VARIABLES } from './platform-env.ts';
import type { Need, Variable } from './variable.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CONNECTION = 'Supabase';
const WHO = 'Who';
const TIMES = 'Times (90 or 90s, 500ms, 5m, 24h, 2d)';
const WORK = 'Work';
const REPORTS = 'Log and notices';

/** Every variable but the platforms' (platform-env.ts). Add one here, then use it in config.ts. */
export const VARIABLES = {
  SUPABASE_URL: {
    section: CONNECTION,
    about: 'Address of the project: https://<project ref>.supabase.co.',
    parse: supabaseUrl,
    need: 'supabase',
    required: true,
  },
  SUPABASE_SERVICE_ROLE_KEY: {
    section: CONNECTION,
    about: 'Secret key (sb_secret_…) or legacy service_role key; the anon and publishable keys are refused.',
    parse: serviceRoleKey,
    need: 'supabase',
    required: true,
  },
  DATABASE_URL: {
    section: CONNECTION,
    about: 'postgresql://… of the same project; only `content-publisher migrate` uses it.',
    parse: databaseUrl,
    need: 'database',
    required: true,
  },
  ENCRYPTION_KEY: {
    section: CONNECTION,
    about: 'The Fernet key of the app that stored the account tokens: 44 characters of url-safe base64.',
    parse: encryptionKey,
    need: 'encryption',
    required: true,
  },
  ENCRYPTION_KEY_PREVIOUS: {
    section: CONNECTION,
    about:
      'Keys that were replaced while tokens encrypted with them remain; several are separated by commas.',
    parse: encryptionKeys,
    need: 'encryption',
  },
  TEST_USER_ID: {
    section: WHO,
    about: 'Limits everything to this user. Empty: all users. Anything else that is no uuid is refused.',
    parse: userId,
  },
  TEST_USER_EMAIL: {
    section: WHO,
    about:
      'Whose id that is, for people; both lines are printed by `content-publisher find-test-user <e-mail>`.',
    parse: email,
  },
  DEFAULT_TIMEZONE: {
    section: WHO,
    about:
      'IANA zone for owners without one. Without it their posts fail with that reason; it is never guessed.',
    parse: zone,
  },
  MAX_LATENESS: {
    section: TIMES,
    about: 'A post found due later than this is not published but reported as missed.',
    parse: duration(1_000, 365 * DAY),
    default: '24h',
  },
  MAX_HOLD: {
    section: TIMES,
    about: 'A post that waits longer than this for its account goes back to draft.',
    parse: duration(1_000, 365 * DAY),
    default: '24h',
  },
  BACKLOG_SPACING: {
    section: TIMES,
    about: 'After an outage the posts of one account go out this far apart.',
    parse: duration(0, DAY),
    default: '2m',
  },
  BREAKER_PAUSE: {
    section: TIMES,
    about: 'The longest pause before a platform that could not be reached is tried again.',
    parse: duration(1_000, DAY),
    default: '15m',
  },
  LEASE_SECONDS: {
    section: TIMES,
    about: 'A claim that is not renewed for this long is over; at most 120 seconds.',
    parse: duration(1_000, 2 * MINUTE),
    default: '90',
  },
  FIND_QUARANTINE: {
    section: TIMES,
    about: 'A send without an answer is judged only this long after it could last have left.',
    parse: duration(1, DAY),
    default: '300',
  },
  REQUEST_TIMEOUT: {
    section: TIMES,
    about: 'The longest wait for the answer to one request.',
    parse: duration(100, 10 * MINUTE),
    default: '30',
  },
  MAX_ATTEMPTS: {
    section: WORK,
    about: 'Tries of one post before it goes back to draft.',
    parse: integer(1, 100),
    default: '5',
  },
  WRITES_PER_HOUR: {
    section: WORK,
    about:
      "Posts that one account gets within an hour at most; more wait. Empty: the platform's documented rate, else 60.",
    parse: integer(1, 1_000_000),
  },
  CONCURRENCY: {
    section: WORK,
    about: 'Posts in work at once in one tick; one account does one thing at a time in any case.',
    parse: integer(1, 100),
    default: '8',
  },
  MAX_TICKS_PER_HOST: {
    section: WORK,
    about: 'Ticks that claim posts on this host at once; further ones plan and end.',
    parse: integer(1, 100),
    default: '3',
  },
  LOOK_BEFORE_SEND: {
    section: WORK,
    about:
      '1: read the account before each send and adopt a post with the same text, while another scheduler runs.',
    parse: flag,
    default: '0',
  },
  MEDIA_ALLOW_HOSTS: {
    section: WORK,
    about: 'Private hosts that media may come from, separated by commas; all others must be public.',
    parse: hostList,
    default: '',
  },
  LOG_LEVEL: {
    section: REPORTS,
    about: 'error, warn, info or debug.',
    parse: oneOf(['error', 'warn', 'info', 'debug']),
    default: 'info',
  },
  LOG_DIR: {
    section: REPORTS,
    about: 'Where content_publisher.log and the outcome spool live; relative to the project folder.',
    parse: text,
    default: 'logs',
  },
  HEARTBEAT_URL: {
    section: REPORTS,
    about: 'Called with GET after every good tick, so that a check elsewhere notices when that stops.',
    parse: secretUrl,
  },
  NOTIFY_WEBHOOK_URL: {
    section: REPORTS,
    about: 'Gets each failed, unclear and long-held post and each disconnected account once, as JSON.',
    parse: secretUrl,
  },
  NOTIFY_WEBHOOK_SECRET: {
    section: REPORTS,
    about: 'Signs what is sent to NOTIFY_WEBHOOK_URL, as Standard Webhooks says; whsec_… or any text.',
    parse: secretText,
  },
} as const satisfies Record<string, Variable<unknown>>;

export interface EnvVariable {
  readonly name: string;
  readonly section: string;
  readonly about: string;
  readonly default: string | undefined;
  /** The need that makes it required, if any. */
  readonly requiredFor: Need | undefined;
}

/** Every variable that is read, in the order of .env.example. */
export const ENV_VARIABLES: readonly EnvVariable[] = [
  ...Object.entries<Variable<unknown>>(VARIABLES),
  ...PLATFORM_NAMES.flatMap(platformVariables),
].map(([name, variable]) => ({
  name,
  section: variable.section,
  about: variable.about,
  default: variable.default,
  requiredFor: variable.required ? variable.need : undefined,
}));

function platformVariables(platform: PlatformName): [string, Variable<unknown>][] {
  const { clientId, clientSecret, version, apiUrl } = PLATFORM_VARIABLES[platform];
  return [clientId, clientSecret, version, apiUrl]
    .filter((named) => named !== undefined)
    .map(({ name, variable }) => [name, variable]);
}
