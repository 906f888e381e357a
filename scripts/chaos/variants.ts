import type { EditSource } from '../bundle.ts';
import type { EditSql } from './database.ts';

/** The product with one protection taken out, to prove that the harness notices. */
export interface Variant {
  readonly name: string;
  readonly sql?: EditSql;
  readonly source?: EditSource;
  /** Throws unless the fault is really in. */
  proveApplied(): void;
}

type Find = string | RegExp;
/** What is put in its place; gets what the expression's first group found. */
type Put = (found: string) => string;

/** A fault in one SQL function. */
function inSql(name: string, find: Find, put: Put): Variant {
  const fault = once(name, find, put);
  return { name, sql: (file) => ({ ...file, text: fault.edit(file.text) }), proveApplied: fault.prove };
}

/** A fault in one source file. */
function inSource(name: string, path: string, find: Find, put: Put): Variant {
  const fault = once(name, find, put);
  return {
    name,
    source: (file, text) => (file === path ? fault.edit(text) : text),
    proveApplied: fault.prove,
  };
}

function once(name: string, find: Find, put: Put) {
  let hits = 0;
  return {
    edit: (text: string): string =>
      text.replace(find, (_whole: string, found: string) => {
        hits += 1;
        return put(found);
      }),
    prove: (): void => {
      if (hits !== 1)
        throw new Error(`“${name}” was put in ${hits} times: the product has changed, adapt it.`);
    },
  };
}

export const withoutArm = () =>
  inSql(
    'without arm',
    'create or replace function public.publisher_arm(p jsonb) returns jsonb',
    () => `create or replace function public.publisher_arm(p jsonb) returns jsonb language sql as $$
       select jsonb_build_object('ok', true, 'ms_left', 10000)
     $$;
     create or replace function public.publisher_arm_unused(p jsonb) returns jsonb`,
  );

export const withoutFence = () =>
  inSql(
    'without fence check',
    /if v_queue\.lease_owner is distinct from [^;]*? then(?=\s+raise exception 'The claim)/,
    () => 'if false then',
  );

export const withoutRevision = () =>
  inSql(
    'without revision check',
    "if v_main and public.publisher_revision(v_row, v_target.text) is distinct from p ->> 'revision' then",
    () => 'if false then',
  );

export const withoutDeadline = () =>
  inSource(
    'without deadline',
    'src/tick/arm.ts',
    'if (elapsed >= answer.msLeft) {',
    () => 'if (elapsed < 0) {',
  );

export const findSaysAbsent = () =>
  inSource(
    'find says absent',
    'src/platforms/index.ts',
    /export const platforms = (\{[^}]*\})/,
    (all) => `export const platforms = Object.fromEntries(
      Object.entries(${all}).map(([name, platform]) => [
        name,
        { ...platform, find: async (job) => ({ state: 'absent', proof: 'own-key', checkpoint: job.checkpoint }) },
      ]),
    )`,
  );
