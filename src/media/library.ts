import { rm } from 'node:fs/promises';
import pLimit from 'p-limit';
import { type Problem, PublishError } from '../core/errors.ts';
import type { MediaBucket, MediaStorage } from '../core/media-bucket.ts';
import type { MediaLibrary, OpenedMedia } from '../core/media-library.ts';
import type { KindCapabilities } from '../core/platform.ts';
import type { PostMedia } from '../core/post.ts';
import { type FetchOptions, fetchMedia } from './fetch.ts';
import { fetchAddress } from './fetch-address.ts';
import { fileName } from './file-name.ts';
import { inspectMedia } from './inspect.ts';
import { toJpeg } from './jpeg.ts';
import { countProblems } from './limits.ts';
import { mediaFile } from './media-file.ts';
import { type PreparedItem, prepareItem } from './prepare-item.ts';
import { type StoredFile, shelf } from './shelf.ts';
import { tempDir } from './temp-dir.ts';

export interface MediaLibraryOptions extends Pick<FetchOptions, 'allowHosts' | 'signal' | 'lookup'> {
  /** Parent of the folder for downloads, e.g. os.tmpdir(). */
  readonly dir: string;
  /** null where there is none: then a converted image has no public URL, and publicUrl() says how to make one. */
  readonly bucket: MediaBucket | null;
  /** Absent: every address has to be public. */
  readonly storage?: MediaStorage;
  /** Longest silence of a download, milliseconds, default 30,000. */
  readonly idleMs?: number;
}

/** Larger than every limit of a platform that a file could meet (LinkedIn 500 MB), except YouTube's 256 GB. */
const MAX_FILE_BYTES = 4 * 1024 ** 3;
const TOTAL_MS = 15 * 60_000;
const IDLE_MS = 30_000;
const DOWNLOADS_AT_ONCE = 4;

/** Media of one tick: a file that several targets need is fetched once. */
export function createMediaLibrary(options: MediaLibraryOptions): MediaLibrary {
  const folder = tempDir(options.dir);
  const files = shelf();
  const limit = pLimit(DOWNLOADS_AT_ONCE);

  async function download(url: string): Promise<StoredFile> {
    const fetched = await fetchMedia(url, {
      ...options,
      dir: await folder.path(),
      maxBytes: MAX_FILE_BYTES,
      idleMs: options.idleMs ?? IDLE_MS,
      totalMs: TOTAL_MS,
    });
    const { path, bytes, sha256 } = fetched;
    try {
      return { path, sha256, info: await inspectMedia(path, bytes, fileName(new URL(url))) };
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  async function open(
    media: readonly PostMedia[],
    kind: KindCapabilities,
    label: string,
    userId: string,
  ): Promise<OpenedMedia> {
    const taken: string[] = [];
    const take = async (key: string, make: () => Promise<StoredFile>) => {
      const file = await files.take(key, () => limit(make));
      taken.push(key);
      return file;
    };
    const release = async () => {
      for (const key of taken.splice(0)) await files.giveBack(key);
    };
    const prepare = async (item: PostMedia, index: number, of: number) => {
      const { url } = item;
      // Before anything else, also of a file that is there already: it may have been fetched for its owner.
      const address = await fetchAddress(url, userId, options.storage);
      const stock = {
        original: () => take(url, () => download(address)),
        jpeg: ({ path }: StoredFile) =>
          take(`${url} as JPEG`, async () => toJpeg(path, await folder.path(), fileName(new URL(url)))),
      };
      return { ...(await prepareItem(item, { index, of }, kind.media, label, stock)), address };
    };

    const wanted = media.filter(
      ({ role }) => role !== 'cover' || kind.media.some((rule) => rule.role === 'cover'),
    );
    const results = await Promise.allSettled(
      wanted.map((item, index) => prepare(item, index, wanted.length)),
    );
    const faults = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    const later = faults.find((fault) => !(fault instanceof PublishError) || fault.kind !== 'rejected');
    if (later !== undefined) {
      await release();
      throw later;
    }
    const items = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const problems = [...faults.flatMap(asProblem), ...problemsOf(items, kind, label, faults.length)];
    const uploaded: string[] = [];
    return {
      files:
        problems.length > 0
          ? []
          : items.map(({ item, file, address, converted }) =>
              mediaFile(item, file, address, converted, options.bucket, uploaded),
            ),
      problems,
      uploaded: () => uploaded,
      release,
    };
  }

  return { open, close: () => folder.remove() };
}

function asProblem(fault: unknown): Problem[] {
  if (!(fault instanceof PublishError)) return [];
  const { kind, code, message, hint } = fault;
  return [{ kind, code, message, hint }];
}

/** Files are counted only when all of them could be looked at. */
function problemsOf(
  items: readonly PreparedItem[],
  kind: KindCapabilities,
  label: string,
  missing: number,
): Problem[] {
  const own = items.flatMap(({ problems }) => problems);
  if (missing > 0 || own.length > 0) return own;
  return countProblems(
    kind.media,
    items.map(({ item }) => item.role),
    label,
  );
}
