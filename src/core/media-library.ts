import type { Problem } from './errors.ts';
import type { KindCapabilities, MediaFile } from './platform.ts';
import type { PostMedia } from './post.ts';

/** Downloads, inspects and converts the media of posts; one per tick. */
export interface MediaLibrary {
  /**
   * The files in the order of `media`, without those of roles that the kind does not take, and every limit they break.
   * @throws PublishError when a file cannot be had (temporary or rejected)
   */
  open(
    media: readonly PostMedia[],
    kind: KindCapabilities,
    label: string,
  ): Promise<{ readonly files: readonly MediaFile[]; readonly problems: readonly Problem[] }>;
  /** Deletes temporary files. */
  close(): Promise<void>;
}
