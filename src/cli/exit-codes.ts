/** sysexits.h, as far as they fit; kept stable for the scripts that call us. The only place of exit codes. */
export const EXIT = {
  ok: 0,
  /** Only with --fail-on-error: some post did not go out. */
  failed: 1,
  usage: 64,
  unreachable: 69,
  fault: 70,
  again: 75,
  config: 78,
} as const;
