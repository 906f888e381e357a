// Loaded into a tick before the program (node --import): its wall clock follows the file that scripts/chaos/clock.ts
// writes, plus a skew of its own; its monotonic clock does not, as in a machine that was suspended. It also gets a host name.
import { openSync, readSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const { CHAOS_CLOCK, CHAOS_SKEW_MS, CHAOS_HOST } = process.env;
const RealDate = Date;
const file = openSync(CHAOS_CLOCK, 'r');
const ahead = new Float64Array(1);
const skew = Number(CHAOS_SKEW_MS);

const now = () => {
  readSync(file, new Uint8Array(ahead.buffer), 0, 8, 0);
  return Math.floor(RealDate.now() + ahead[0] + skew);
};

globalThis.Date = class ShiftedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }

  static now() {
    return now();
  }
};

os.hostname = () => CHAOS_HOST;
syncBuiltinESMExports();
