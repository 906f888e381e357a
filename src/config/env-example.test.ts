import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { expect, test } from 'vitest';
import { renderEnvExample } from './env-example.ts';
import { loadConfig } from './load-config.ts';
import type { Env } from './read-variables.ts';
import { ENV_VARIABLES } from './variables.ts';

// `npx vitest run src/config -u` writes it anew.
test('.env.example is what the table of variables says', async () => {
  await expect(renderEnvExample()).toMatchFileSnapshot('../../.env.example');
});

test('.env.example, copied and left blank, sets nothing but leaves the required ones to fill in', () => {
  const copied = parse(readFileSync(new URL('../../.env.example', import.meta.url)));
  const result = loadConfig(copied, { need: ['supabase', 'encryption', 'database'] });
  expect('problems' in result && result.problems.map(({ message }) => message)).toEqual([
    'SUPABASE_URL is not set.',
    'SUPABASE_SERVICE_ROLE_KEY is not set.',
    'DATABASE_URL is not set.',
    'ENCRYPTION_KEY is not set.',
  ]);
});

test('every variable in the table is read, and no other', () => {
  const asked = new Set<string>();
  const env: Env = new Proxy(
    {},
    {
      get: (_target, name) => {
        asked.add(String(name));
        return undefined;
      },
    },
  );
  loadConfig(env, { need: ['supabase', 'encryption', 'database'] });
  expect([...asked].sort()).toEqual(ENV_VARIABLES.map(({ name }) => name).sort());
});

test('the default in the table is what counts when nothing is set', () => {
  const defaults = Object.fromEntries(ENV_VARIABLES.map((variable) => [variable.name, variable.default]));
  expect(loadConfig(defaults)).toEqual(loadConfig({}));
});
