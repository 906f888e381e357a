export type LogFields = Readonly<Record<string, unknown>>;

/** Every line passes through `redact` before it is written. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  flush(): Promise<void>;
}
