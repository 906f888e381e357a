import type { HttpSource } from './http.ts';

/** The public storage bucket for converted copies. Names are made by the caller and cannot be guessed. */
export interface MediaBucket {
  /** @returns the public URL of the stored file. @throws PublishError naming the command that makes a missing bucket. */
  upload(name: string, file: HttpSource, mime: string): Promise<string>;
  /** Names that are not there count as removed. */
  remove(names: readonly string[]): Promise<void>;
}
