/** States of a target: one const for SQL (a test compares the check constraint) and TypeScript. */
export const TARGET_STATES = [
  'pending',
  'prepared',
  'armed',
  'accepted',
  'published',
  'retry',
  'held',
  'failed',
  'cancelled',
  'unknown',
  'needs_review',
] as const;
export type TargetState = (typeof TARGET_STATES)[number];

/** Nothing more happens to these by themselves. */
export const TERMINAL_STATES = [
  'published',
  'failed',
  'cancelled',
  'needs_review',
] as const satisfies readonly TargetState[];
