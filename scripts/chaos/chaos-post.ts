import type { SeedAccount } from '../../src/sandbox/accounts.ts';
import type { Table } from './examples.ts';

/** A post that was put in, and how it can be told from every other one once it is public. */
export interface ChaosPost {
  readonly source: Table;
  readonly id: string;
  readonly name: string;
  readonly platform: SeedAccount['platform'];
  readonly accountId: string;
  readonly userId: string;
  /** In its text and nowhere else. */
  readonly mark: string;
  /** Of a file that nothing else has, where the platform does not show the text. */
  readonly file: string | null;
  readonly due: string;
  /** What its account says below it, in order. */
  readonly follows: readonly Follow[];
}

/** One visible act behind the post itself. */
export interface Follow {
  readonly effect: 'comment' | `part:${number}`;
  /** In its text and in no other one of this post. */
  readonly mark: string;
}
