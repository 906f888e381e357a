import { isLoopback } from '../core/loopback.ts';
import { Secret } from '../core/secret.ts';
import type { Parse, Parsed } from './variable.ts';

/**
 * An address that paths are appended to, without a slash at its end. Keys and tokens are sent there, so it is
 * https; plain http only on this machine.
 */
export const baseUrl: Parse<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    return {
      problem: 'is no URL',
      hint: 'Write https://host, with a path when there is one, and nothing behind it.',
    };
  }
  if (url.username !== '' || url.password !== '') {
    return { problem: 'contains a user name or password', hint: 'Remove the part before the @.' };
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return {
      problem: 'uses plain http, which would send keys in clear',
      hint: 'Use https; http works only for 127.0.0.1 and localhost.',
    };
  }
  return { value: url.href.replace(/\/+$/, '') };
};

/** The project's API address; people also paste the dashboard's or the one of the Data API. */
export const supabaseUrl: Parse<string> = (text) => {
  const hint = 'Write https://<project ref>.supabase.co, from Project Settings → Data API in the dashboard.';
  const parsed = baseUrl(text);
  if ('problem' in parsed) return { ...parsed, hint: `${parsed.hint} ${hint}` };
  if (/^https:\/\/(?:app\.|www\.)?supabase\.com\b/.test(parsed.value))
    return { problem: 'is an address of the dashboard', hint };
  if (/\/(?:rest|auth|storage)\/v1$/.test(parsed.value))
    return { problem: 'ends with the path of one API', hint };
  return parsed;
};

/** URLs that give access by being known (health checks, chat webhooks). */
export const secretUrl: Parse<Secret> = (text) =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
    ? { value: new Secret(text) }
    : { problem: 'is no URL', hint: 'Write a whole URL that begins with https://.' };

export const databaseUrl: Parse<Secret> = (text): Parsed<Secret> => {
  const where = 'Copy it from Connect → Session pooler in the dashboard';
  if (/\[YOUR-PASSWORD\]/i.test(text)) {
    return { problem: 'still contains [YOUR-PASSWORD]', hint: `${where} and put the database password in.` };
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^postgres(?:ql)?:$/.test(url.protocol) && url.hostname !== ''
    ? { value: new Secret(text) }
    : {
        problem: 'is no address of a database',
        hint: `${where}: postgresql://user:password@host:5432/postgres, special characters of the password percent-encoded.`,
      };
};
