import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTemplate, startDatabaseServer, type Template } from '../scripts/chaos/database.ts';
import { countRequests, killAt, standOf } from '../scripts/chaos/enumerate.ts';
import { examples, personOf } from '../scripts/chaos/examples.ts';
import { twoHosts } from '../scripts/chaos/hosts.ts';
import { openLane } from '../scripts/chaos/lane.ts';
import { buildProgram, type Program } from '../scripts/chaos/program.ts';
import { seeded } from '../scripts/chaos/random.ts';
import { type Trial, tally } from '../scripts/chaos/record.ts';
import { STORM_ENV, storm } from '../scripts/chaos/storm.ts';
import type { PostgresServer } from '../src/sandbox/supabase/postgres-server.ts';

/**
 * `npm run chaos` in short: a sample of each kind of trial. The long run goes over all of them. Being built (issue 3):
 * runs with CHAOS=1 until every one of its trials passes on a busy machine.
 */
const chaos = describe.skipIf(process.env['CHAOS'] !== '1');

const TIMEOUT_MS = 180_000;
const SENDS =
  /^facebook POST .*\/feed|^instagram POST .*\/media_publish|^linkedin POST .*\/posts|^youtube PUT/;

let server: PostgresServer;
let template: Template;
let program: Program;
beforeAll(async () => {
  program = await buildProgram();
  server = await startDatabaseServer();
  template = await makeTemplate(server);
});
afterAll(async () => {
  await server.stop();
  await program.remove();
});

const lane = (env?: Readonly<Record<string, string>>) =>
  openLane({ template, executable: program.executable, ...(env === undefined ? {} : { env }) });

/** Where a post is most easily sent twice or not at all: about to be sent, out but not noted, and noted. */
const CRITICAL = [/^rpc publisher_arm$/, SENDS, /^rpc publisher_outcome$/];

chaos('a tick that is killed when the answer to a request is in', () => {
  it.each(['facebook text', 'instagram image', 'linkedin text', 'youtube reel'])(
    'leaves a post that later ticks bring to its end, out exactly once: %s',
    { timeout: TIMEOUT_MS },
    async (name) => {
      const open = await lane();
      try {
        const example = examples.find((one) => one.name === name);
        if (example === undefined) throw new Error(`no example ${name}`);
        const stand = await standOf(open, example, 0);
        const { names, trial } = await countRequests(stand);
        const trials: Trial[] = [trial];
        for (const critical of CRITICAL) {
          const number = names.findLastIndex((request) => critical.test(request)) + 1;
          trials.push(await killAt(stand, { number, side: 'after' }, `${name} ${number}`));
        }
        expect(trials.flatMap(({ findings }) => findings)).toEqual([]);
        expect(tally(trials)).toMatchObject({ kills: 3, verdicts: { once: 4 } });
      } finally {
        await open.stop();
      }
    },
  );
});

chaos('a storm', () => {
  it('of kills, faults, restarts and edits doubles nothing and loses nothing', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const open = await lane(STORM_ENV);
    try {
      await open.addOwners([0, 1, 2].map(personOf));
      const plan = {
        key: 'small',
        examples,
        owners: 3,
        rounds: 5,
        postsPerRound: 2,
        roughness: 0.06,
      };
      const trial = await storm(open, seeded(11), plan);
      const { kills, targets, broken, verdicts } = tally([trial]);
      expect(trial.findings.filter(({ verdict }) => verdict !== 'person')).toEqual([]);
      expect({ broken, waiting: verdicts.waiting }).toEqual({ broken: 0, waiting: 0 });
      expect(targets).toBe(10);
      expect(kills).toBeGreaterThan(0);
    } finally {
      await open.stop();
    }
  });
});

chaos('two hosts whose clocks differ by minutes', () => {
  it('share the due posts of one database, and each goes out once', { timeout: TIMEOUT_MS }, async () => {
    const open = await lane();
    try {
      const trial = await twoHosts(open, 80, 'short');
      expect(trial.findings).toEqual([]);
      expect(trial.verdicts).toEqual({ once: 80 });
      expect(Object.keys(Object(trial.detail['published'])).sort()).toEqual(['north', 'south']);
    } finally {
      await open.stop();
    }
  });
});
