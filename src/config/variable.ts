/** A setting's text, understood or not. `problem` continues the sentence "NAME …", `hint` is the mend. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string; readonly hint: string };

export type Parse<T> = (text: string) => Parsed<T>;

/** What a command cannot do without; see `loadConfig`. */
export type Need = 'supabase' | 'database' | 'encryption';

export interface Variable<T> {
  readonly section: string;
  /** Whole sentences for .env.example and the README. */
  readonly about: string;
  readonly parse: Parse<T>;
  readonly default?: string;
  /** Its faults count only for commands with this need. */
  readonly need?: Need;
  /** Missing is a fault too, where `need` applies. */
  readonly required?: true;
}
