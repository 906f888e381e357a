import type { Problem } from './errors.ts';
import type { KindCapabilities, MediaFile } from './platform.ts';
import type { PostMedia } from './post.ts';

export interface OpenedMedia {
  /** Empty when there are problems. Otherwise in the order of the post, without covers that the platform does not take. */
  readonly files: readonly MediaFile[];
  readonly problems: readonly Problem[];
  /** Names of the converted copies that publicUrl() has put into the bucket, for removing them afterwards. */
  uploaded(): readonly string[];
  /** The files are not needed any more; no source of them may be opened after it. */
  release(): Promise<void>;
}

/** Downloads, inspects and converts the media of posts; one per tick. */
export interface MediaLibrary {
  /**
   * `userId`: whose post it is. Files of others that are not public are not opened for it.
   * @throws PublishError temporary, when a file cannot be fetched now but perhaps later
   */
  open(
    media: readonly PostMedia[],
    kind: KindCapabilities,
    label: string,
    userId: string,
  ): Promise<OpenedMedia>;
  /** Deletes every file. */
  close(): Promise<void>;
}
