import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import type { ConfigProblem } from './config.ts';
import type { Env } from './read-variables.ts';

/**
 * The environment with a .env file below it: what the environment holds is never overridden, not even by an empty
 * value. A missing file is none; one that cannot be read is a problem, since TEST_USER_ID may stand in it.
 * Called by the CLI only; demo, tests and sandbox never read .env.
 */
export function loadEnvFile(
  path: string,
  env: Env = process.env,
): { readonly env: Env } | { readonly problems: readonly ConfigProblem[] } {
  try {
    return { env: { ...parse(readFileSync(path)), ...env } };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT') return { env };
    return {
      problems: [
        {
          variable: path,
          message: `${path} cannot be read (${code}).`,
          hint: 'Let the user that cron runs as read the file, or remove it.',
        },
      ],
    };
  }
}
