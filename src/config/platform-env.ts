import { PLATFORM_NAMES, type PlatformName } from '../core/platform-name.ts';
import type { Secret } from '../core/secret.ts';
import { secretText, text } from './parse-simple.ts';
import { baseUrl } from './parse-url.ts';
import type { Variable } from './variable.ts';

interface PlatformEnv {
  /** As people write it. */
  readonly label: string;
  /** API versions that the platform's paths or headers carry; kept configurable because platforms retire them. */
  readonly version?: { readonly default: string; readonly form: RegExp };
  /** Our registered app: variable names, and where a person finds the values. */
  readonly app?: { readonly id: string; readonly secret: string; readonly at: string };
  /** Where it is not called `<platform>_credentials` in the app's table platform_settings. */
  readonly settingsKey?: string;
}

/** Per platform what can be set for it. Add a platform's variables here; config, .env.example and tests follow. */
const PLATFORM_ENV = {
  facebook: {
    label: 'Facebook',
    // developers.facebook.com/docs/graph-api/changelog
    version: { default: 'v26.0', form: /^v\d+\.\d+$/ },
    app: { id: 'FACEBOOK_APP_ID', secret: 'FACEBOOK_APP_SECRET', at: 'developers.facebook.com/apps' },
  },
  instagram: {
    label: 'Instagram',
    version: { default: 'v26.0', form: /^v\d+\.\d+$/ },
    app: { id: 'INSTAGRAM_APP_ID', secret: 'INSTAGRAM_APP_SECRET', at: 'developers.facebook.com/apps' },
  },
  linkedin: {
    label: 'LinkedIn',
    // learn.microsoft.com/linkedin/marketing/versioning: a month, supported for a year
    version: { default: '202609', form: /^20\d{4}$/ },
    app: {
      id: 'LINKEDIN_CLIENT_ID',
      secret: 'LINKEDIN_CLIENT_SECRET',
      at: 'www.linkedin.com/developers/apps',
    },
  },
  youtube: {
    label: 'YouTube',
    app: {
      id: 'YOUTUBE_CLIENT_ID',
      secret: 'YOUTUBE_CLIENT_SECRET',
      at: 'console.cloud.google.com/apis/credentials',
    },
  },
  x: {
    label: 'X',
    app: { id: 'X_CLIENT_ID', secret: 'X_CLIENT_SECRET', at: 'developer.x.com' },
    settingsKey: 'twitter_credentials',
  },
  tiktok: {
    label: 'TikTok',
    app: { id: 'TIKTOK_CLIENT_KEY', secret: 'TIKTOK_CLIENT_SECRET', at: 'developers.tiktok.com/apps' },
  },
  threads: {
    label: 'Threads',
    version: { default: 'v1.0', form: /^v\d+\.\d+$/ },
    app: { id: 'THREADS_APP_ID', secret: 'THREADS_APP_SECRET', at: 'developers.facebook.com/apps' },
  },
  bluesky: { label: 'Bluesky' },
  mastodon: { label: 'Mastodon' },
} satisfies Record<PlatformName, PlatformEnv>;

interface Named<T> {
  readonly name: string;
  readonly variable: Variable<T>;
}

/** Where the credentials of our app stand: two variables, or two fields of one key of platform_settings. */
export interface AppPlace {
  readonly platform: PlatformName;
  readonly id: { readonly variable: string; readonly field: string };
  readonly secret: { readonly variable: string; readonly field: string };
  readonly key: string;
  /** Where a person finds the values. */
  readonly at: string;
}

function appPlace(platform: PlatformName, { app, settingsKey }: PlatformEnv): AppPlace | null {
  if (app === undefined) return null;
  // FACEBOOK_APP_ID is app_id there.
  const fieldOf = (variable: string) => variable.slice(platform.length + 1).toLowerCase();
  return {
    platform,
    id: { variable: app.id, field: fieldOf(app.id) },
    secret: { variable: app.secret, field: fieldOf(app.secret) },
    key: settingsKey ?? `${platform}_credentials`,
    at: app.at,
  };
}

export interface PlatformVariables {
  readonly clientId: Named<string> | undefined;
  readonly clientSecret: Named<Secret> | undefined;
  readonly version: Named<string> | undefined;
  readonly apiUrl: Named<string>;
}

function variablesOf(platform: PlatformName, { label, version, app }: PlatformEnv): PlatformVariables {
  const section = label;
  return {
    clientId: app && {
      name: app.id,
      variable: {
        section,
        about: `Id of our registered app, from ${app.at}. Empty: as platform_settings has it.`,
        parse: text,
      },
    },
    clientSecret: app && { name: app.secret, variable: { section, about: 'Its secret.', parse: secretText } },
    version: version && {
      name: `${platform.toUpperCase()}_API_VERSION`,
      variable: {
        section,
        about: 'API version.',
        default: version.default,
        parse: (value) =>
          version.form.test(value)
            ? { value }
            : { problem: `is “${value}”`, hint: `Write it like ${version.default}.` },
      },
    },
    apiUrl: {
      name: `${platform.toUpperCase()}_API_URL`,
      variable: {
        section,
        about: `Replaces every origin of ${label}, paths stay: for a proxy or the sandbox.`,
        parse: baseUrl,
      },
    },
  };
}

/** The variables of each platform under their names. */
export const PLATFORM_VARIABLES: Readonly<Record<PlatformName, PlatformVariables>> = mapPlatforms(
  (platform) => variablesOf(platform, PLATFORM_ENV[platform]),
);

/** null: the platform needs no app of ours. */
export const APP_PLACES: Readonly<Record<PlatformName, AppPlace | null>> = mapPlatforms((platform) =>
  appPlace(platform, PLATFORM_ENV[platform]),
);

/** One value per platform, whichever platforms there are. */
export function mapPlatforms<T>(make: (platform: PlatformName) => T): Record<PlatformName, T> {
  return Object.fromEntries(PLATFORM_NAMES.map((platform) => [platform, make(platform)])) as Record<
    PlatformName,
    T
  >;
}
