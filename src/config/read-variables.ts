import { redactText } from '../core/redact-text.ts';
import type { ConfigProblem } from './config.ts';
import type { Need, Variable } from './variable.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface VariableReader {
  readonly problems: readonly ConfigProblem[];
  /** Undefined when it is absent or faulty; a fault is noted. */
  optional<T>(name: string, variable: Variable<T>): T | undefined;
  /** The default when it is absent or faulty; a fault is noted. */
  withDefault<T>(name: string, variable: Variable<T> & { readonly default: string }): T;
}

/** Reads variables one by one and collects every fault, so that all are reported at once. */
export function createReader(env: Env, needs: readonly Need[]): VariableReader {
  const problems: ConfigProblem[] = [];

  function optional<T>(name: string, variable: Variable<T>): T | undefined {
    const counts = variable.need === undefined || needs.includes(variable.need);
    const note = (problem: string, hint: string): undefined => {
      // A secret pasted into the wrong line would be quoted back.
      if (counts) problems.push({ variable: name, message: redactText(`${name} ${problem}.`), hint });
    };
    // `NAME=` is how templates leave a line blank; a line of blanks only is a value that somebody typed.
    const raw = env[name] ?? '';
    if (raw === '') return variable.required ? note('is not set', variable.about) : undefined;
    const parsed = variable.parse(raw.trim());
    return 'value' in parsed ? parsed.value : note(parsed.problem, parsed.hint);
  }

  return {
    problems,
    optional,
    withDefault(name, variable) {
      const given = optional(name, variable);
      if (given !== undefined) return given;
      const parsed = variable.parse(variable.default);
      if ('value' in parsed) return parsed.value;
      throw new Error(`the default of ${name} is not valid`);
    },
  };
}
