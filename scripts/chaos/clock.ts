import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type postgres from 'postgres';
import type { SqlFile } from '../../src/store/migrations/files.ts';

/** One clock for database, platforms and ticks. It runs as the machine's does, and jumps over what nobody waits for. */
export interface Clock {
  now(): Date;
  /** Lets this much time pass at once, for everybody. */
  pass(ms: number): Promise<void>;
  /** Where a tick's process reads how far the clock is ahead of the machine's, see child-clock.mjs. */
  readonly file: string;
}

export async function openClock(sql: postgres.Sql, directory: string): Promise<Clock> {
  const file = join(directory, 'clock');
  let ahead = 0;
  const write = () => writeFileSync(file, new Uint8Array(new Float64Array([ahead]).buffer));
  write();
  await sql`update chaos.clock set ahead = interval '0'`;
  return {
    file,
    now: () => new Date(Date.now() + ahead),
    async pass(ms) {
      ahead += ms;
      write();
      await sql`update chaos.clock set ahead = ${ahead} * interval '1 millisecond'`;
    },
  };
}

/** The database's part, to be applied before our migrations and after the app's tables. */
export const CLOCK_SQL = `
create schema chaos;
grant usage on schema chaos to public;
create table chaos.clock (ahead interval not null);
grant select on chaos.clock to public;
insert into chaos.clock values ('0');
create function chaos.now() returns timestamptz language sql stable set search_path = '' as $$
  select pg_catalog.now() + c.ahead from chaos.clock c
$$;
create function chaos.clock_timestamp() returns timestamptz language sql volatile set search_path = '' as $$
  select pg_catalog.clock_timestamp() + c.ahead from chaos.clock c
$$;
create or replace function public.update_updated_at_column() returns trigger language plpgsql as $$
begin
  new.updated_at = chaos.now();
  return new;
end
$$;
`;

const OTHER_CLOCKS =
  /\b(current_timestamp|localtimestamp|current_date|transaction_timestamp|statement_timestamp)\b/i;

/** Our migrations with chaos.now() for now(), and nothing else changed. */
export function onClock({ name, text }: SqlFile): SqlFile {
  const other = OTHER_CLOCKS.exec(text);
  if (other !== null)
    throw new Error(`${name} asks ${other[0]}, which the clock of the chaos run does not move.`);
  return { name, text: text.replace(/(?<![\w.])(now|clock_timestamp)\(\)/g, 'chaos.$1()') };
}
