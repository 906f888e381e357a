import { expect, it } from 'vitest';
import { FAULT_PROFILES, faultsOf } from './fault-profiles.ts';
import { parseFaults } from './platforms/faults.ts';
import { simulators } from './platforms/index.ts';

it.each(FAULT_PROFILES)('%s is what POST /_sandbox/faults would take, for every platform', (profile) => {
  const faults = faultsOf(profile) ?? [];
  expect(parseFaults(faults)).toEqual(faults);
  const platforms = new Set(faults.map(({ platform }) => platform));
  expect([...platforms]).toEqual(profile === 'none' ? [] : Object.keys(simulators));
});

it('an unknown profile is none', () => {
  expect(faultsOf('gremlins')).toBeUndefined();
});
