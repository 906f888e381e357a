import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresServer } from '../../src/sandbox/supabase/postgres-server.ts';
import { makeTemplate, startDatabaseServer, type Template } from './database.ts';
import { disturbAt } from './disturb.ts';
import { firstOf, killAt, type Stand, standOf } from './enumerate.ts';
import { examples } from './examples.ts';
import { BROKEN, type Verdict } from './judge.ts';
import { type Lane, openLane } from './lane.ts';
import { buildProgram, type Program } from './program.ts';
import type { Trial } from './record.ts';
import {
  findSaysAbsent,
  type Variant,
  withoutArm,
  withoutDeadline,
  withoutFence,
  withoutRevision,
} from './variants.ts';
import { suspendAt } from './zombies.ts';

/** What is tried with one post, at a moment of the tick that is the same in every run. */
interface Attempt {
  readonly example: string;
  try(stand: Stand): Promise<Trial>;
}

const killedAfterSending: Attempt = {
  example: 'facebook text',
  try: (stand) => killAt(stand, { at: firstOf(/^facebook POST/), side: 'after' }, 'test'),
};
/** It wakes up with the permission to send in its hands, when others have sent already. */
const suspendedWithItsArm: Attempt = {
  example: 'facebook text',
  try: (stand) => suspendAt(stand, firstOf(/^rpc publisher_arm$/), 'finish', 'test'),
};
/** It wakes up and notes its own upload, when another one's has just been published by a tick that died. */
const suspendedBeforeItsNote: Attempt = {
  example: 'facebook reel',
  try: (stand) => suspendAt(stand, firstOf(/^facebook POST/), 'die', 'test'),
};
const editedBeforeTheArm: Attempt = {
  example: 'facebook text',
  try: (stand) => disturbAt(stand, firstOf(/^rpc publisher_arm$/), 'edit', 'test'),
};

/** On a busy machine; a quiet one takes a tenth. */
const TIMEOUT_MS = 180_000;
/** A broken program may never come to an end; five ticks are enough to send twice. */
const MOST_TICKS = 6;

let server: PostgresServer;
let sound: { readonly program: Program; readonly template: Template };
beforeAll(async () => {
  server = await startDatabaseServer();
  sound = { program: await buildProgram(), template: await makeTemplate(server) };
}, TIMEOUT_MS);
afterAll(async () => {
  await sound.program.remove();
  await server.stop();
});

describe('the chaos run', () => {
  it.each([
    ['without an arm', withoutArm(), killedAfterSending, 'doubled'],
    ['without a deadline on the permission to send', withoutDeadline(), suspendedWithItsArm, 'doubled'],
    ['without a check of the fence', withoutFence(), suspendedBeforeItsNote, 'doubled'],
    ['without a check of the revision', withoutRevision(), editedBeforeTheArm, 'stale'],
    ['whose platforms say “absent” without looking', findSaysAbsent(), killedAfterSending, 'doubled'],
  ] as const)('catches a program %s', { timeout: TIMEOUT_MS }, async (_what, variant, attempt, expected) => {
    const verdict = await tryVariant(variant, attempt);
    variant.proveApplied();
    expect(BROKEN).toContain(verdict);
    expect(verdict).toBe(expected);
  });

  it('finds nothing wrong with the program as it is, tried in the same ways', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const attempts = [
      killedAfterSending,
      suspendedWithItsArm,
      suspendedBeforeItsNote,
      editedBeforeTheArm,
    ] as const;
    const lane = await openLane({ template: sound.template, executable: sound.program.executable });
    try {
      const verdicts: Verdict[] = [];
      for (const [index, attempt] of attempts.entries()) verdicts.push(await tryOn(lane, attempt, index));
      expect(verdicts).toEqual(attempts.map(() => 'once'));
    } finally {
      await lane.stop();
    }
  });
});

async function tryVariant({ source, sql }: Variant, attempt: Attempt): Promise<Verdict> {
  const program = source === undefined ? sound.program : await buildProgram(source);
  const template = sql === undefined ? sound.template : await makeTemplate(server, sql);
  const lane = await openLane({ template, executable: program.executable });
  try {
    return await tryOn(lane, attempt, 0);
  } finally {
    await lane.stop();
    if (program !== sound.program) await program.remove();
  }
}

async function tryOn(lane: Lane, attempt: Attempt, owner: number): Promise<Verdict> {
  const example = examples.find(({ name }) => name === attempt.example);
  if (example === undefined) throw new Error(`no example ${attempt.example}`);
  const { verdicts } = await attempt.try(await standOf(lane, example, owner, { mostTicks: MOST_TICKS }));
  const [verdict] = Object.keys(verdicts) as Verdict[];
  if (verdict === undefined) throw new Error('no verdict');
  return verdict;
}
