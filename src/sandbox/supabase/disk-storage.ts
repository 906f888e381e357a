import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { App } from '@supabase/lite';

type StorageAdapter = NonNullable<App['_storageAdapter']>;
type Metadata = Awaited<ReturnType<StorageAdapter['headObject']>>;

/**
 * Where lite's Storage API keeps the bytes: one file an object. Bytes are streamed, never held in memory.
 * lite has such an adapter, but its package exports no path to it.
 */
export function diskStorage(directory: string): StorageAdapter {
  // The files live as long as this process, so what is known about them may too.
  const known = new Map<string, Metadata>();

  // Names come from uploads ('../x', 'a/b' beside 'a'): they are never used as paths.
  const fileOf = (bucket: string, name: string) =>
    join(directory, createHash('sha256').update(`${bucket}/${name}`).digest('hex'));

  function metadataOf(file: string, name: string): Metadata {
    const metadata = known.get(file);
    if (metadata === undefined) throw new Error(`The object ${name} has no file.`);
    return metadata;
  }

  async function remove(bucket: string, name: string): Promise<void> {
    const file = fileOf(bucket, name);
    known.delete(file);
    await rm(file, { force: true });
  }

  return {
    driver: null,
    async uploadObject(bucket, name, _version, body, contentType, cacheControl) {
      const file = fileOf(bucket, name);
      await mkdir(directory, { recursive: true });
      const bytes = body instanceof Uint8Array ? Readable.from([body]) : Readable.from(chunksOf(body));
      await pipeline(bytes, createWriteStream(file));
      const { size, mtime } = await stat(file);
      const metadata: Metadata = {
        cacheControl,
        contentLength: size,
        size,
        mimetype: contentType,
        lastModified: mtime,
        eTag: `"${randomUUID()}"`,
        httpStatusCode: 200,
      };
      known.set(file, metadata);
      return metadata;
    },
    async getObject(bucket, name) {
      const file = fileOf(bucket, name);
      const metadata = metadataOf(file, name);
      return { metadata, httpStatusCode: 200, body: Readable.toWeb(createReadStream(file)) };
    },
    async headObject(bucket, name) {
      return metadataOf(fileOf(bucket, name), name);
    },
    deleteObject: remove,
    async deleteObjects(bucket, names) {
      await Promise.all(names.map((name) => remove(bucket, name)));
    },
    async copyObject(fromBucket, fromName, _version, toBucket, toName) {
      const source = fileOf(fromBucket, fromName);
      const target = fileOf(toBucket, toName);
      const metadata = metadataOf(source, fromName);
      await copyFile(source, target);
      known.set(target, metadata);
      return metadata;
    },
    async privateAssetUrl() {
      throw new Error('The sandbox does not transform images.');
    },
  };
}

/** The two types of ReadableStream, the DOM's and Node's, are the same at run time. */
async function* chunksOf(stream: { getReader(): unknown }): AsyncGenerator<Uint8Array> {
  const reader = (stream as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
