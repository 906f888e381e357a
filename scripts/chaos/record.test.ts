import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecord, type Trial, tally } from './record.ts';
import { report, verdictLine } from './report.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'content-publisher-record-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const trial = (key: string, over: Partial<Trial> = {}): Trial => ({
  key,
  stage: 'storm',
  kills: 2,
  faults: 1,
  targets: 3,
  verdicts: { once: 3 },
  findings: [],
  counts: { SIGTERM: 1 },
  reasons: {},
  detail: {},
  ...over,
});

describe('the record of a run', () => {
  it('goes on behind half a line that a killed run left', () => {
    const file = join(folder, 'chaos.ndjson');
    openRecord(file, false).add(trial('one'));
    appendFileSync(file, '{"key":"two","detail":{}');
    const again = openRecord(file, true);
    expect([again.has('one'), again.has('two')]).toEqual([true, false]);
    again.add(trial('two'));
    expect(openRecord(file, true).trials.map(({ key }) => key)).toEqual(['one', 'two']);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
  });

  it('adds up, and calls broken what broke the promise', () => {
    const broken = trial('bad', {
      verdicts: { once: 1, doubled: 1, fault: 1 },
      findings: [
        { name: 'facebook text', post: 'created_content:1', verdict: 'doubled', why: 'public twice' },
      ],
    });
    const trials = [trial('one'), broken];
    expect(tally(trials)).toMatchObject({ kills: 4, targets: 6, broken: 2, counts: { SIGTERM: 2 } });
    expect(report(trials)).toContain('doubled: bad (facebook text created_content:1): public twice');
    const line = verdictLine(trials);
    expect(JSON.parse(line.slice(line.indexOf('{')))).toMatchObject({ kills: 4, verdicts: { doubled: 1 } });
    expect(line).not.toContain('\n');
  });
});
