import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  jsonToLex,
  type LexiconDoc,
  Lexicons,
  type LexXrpcProcedure,
  type LexXrpcQuery,
} from '@atproto/lexicon';
import { describe, expect, it } from 'vitest';
import { conversation, type Exchange } from '../support/specs/conversation.ts';

/** The official lexicons; they lie beside the project and do not ship with it. */
const folder = fileURLToPath(new URL('../../../shared/specs/atproto-lexicons/lexicons/', import.meta.url));
const isThere = existsSync(folder);

function complaints(lexicons: Lexicons, { path, query, body, status, answer }: Exchange): string[] {
  const nsid = path.replace('/xrpc/', '');
  const method = lexicons.getDefOrThrow(nsid, ['query', 'procedure']) as LexXrpcQuery | LexXrpcProcedure;
  const types = method.parameters?.properties ?? {};
  const typed = Object.entries(query).map(([name, text]) => {
    const type = types[name]?.type;
    if (type === 'integer') return [name, Number(text)] as const;
    if (type === 'boolean') return [name, text === 'true'] as const;
    return [name, type === 'array' ? [text] : text] as const;
  });
  const parts: Readonly<Record<string, () => unknown>> = {
    query: () => {
      const unknown = Object.keys(query).filter((name) => types[name] === undefined);
      if (unknown.length > 0) throw new Error(`unknown: ${unknown.join()}`);
      lexicons.assertValidXrpcParams(nsid, Object.fromEntries(typed));
    },
    body: () => {
      const binary = method.type === 'procedure' && method.input?.encoding === '*/*';
      if (body !== null && !binary) lexicons.assertValidXrpcInput(nsid, jsonToLex(body));
      const record = (body as { readonly record?: unknown } | null)?.record;
      if (record !== undefined) lexicons.assertValidRecord('app.bsky.feed.post', jsonToLex(record));
    },
    answer: () => {
      if (status === 200) return lexicons.assertValidXrpcOutput(nsid, jsonToLex(answer));
      const { error, message } = answer as { readonly error?: unknown; readonly message?: unknown };
      if (typeof error !== 'string' || typeof message !== 'string') throw new Error('no error and message');
      return undefined;
    },
  };
  return Object.entries(parts).flatMap(([part, assert]) => {
    try {
      assert();
      return [];
    } catch (error) {
      return [`${nsid}: ${part}: ${(error as Error).message}`];
    }
  });
}

describe.skipIf(!isThere)(
  `The lexicons${isThere ? '' : ' (not compared: they are not beside this project)'}`,
  () => {
    it('have nothing against what the module asks and the simulator answers', async () => {
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.json'),
      );
      const documents = files.map(
        (name) => JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as LexiconDoc,
      );
      const lexicons = new Lexicons(documents);
      const said = (await conversation('bluesky')).flatMap((exchange) => complaints(lexicons, exchange));
      expect([...new Set(said)]).toEqual([]);
    });
  },
);
