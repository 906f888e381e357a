import type { HttpSource } from './http.ts';
import type { StoragePlace } from './storage-place.ts';

/** The public storage bucket for converted copies. Names are made by the caller and cannot be guessed. */
export interface MediaBucket {
  /** @returns the public URL of the stored file. @throws PublishError naming the command that makes a missing bucket. */
  upload(name: string, file: HttpSource, mime: string): Promise<string>;
  /** Names that are not there count as removed. */
  remove(names: readonly string[]): Promise<void>;
}

export interface StoredObject {
  /** Of its bucket: anybody can fetch what is in there. */
  readonly public: boolean;
  /** There is such an object. */
  readonly found: boolean;
  /** Whose it is; null: nobody's that we know. */
  readonly owner: string | null;
}

/** The storage of the app's project, which the publisher's key opens for everybody's files. */
export interface MediaStorage {
  readonly origin: string;
  /** null: no such bucket. */
  lookUp(place: StoragePlace): Promise<StoredObject | null>;
  /** @returns an address under which anybody can fetch the object for two hours: a secret */
  sign(place: StoragePlace): Promise<string>;
  /** For objects of a public bucket. */
  publicUrl(place: StoragePlace): string;
}
