import sharp from 'sharp';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { invalid, refuse } from './answers.ts';
import { cidOf } from './cid.ts';
import type { Blob, State } from './state.ts';

/** `extra.uploadLimit` of an account: what its own server takes. The program's default is 5 MB, bsky.social takes more. */
const UPLOAD_LIMIT = 300_000_000;
/** What no record names is removed. */
const ORPHAN_LIFE_MS = 6 * 60 * 60_000;
const IN_MEMORY = 32 * 1024 * 1024;

export function uploadLimit(account: SimAccount | undefined): number {
  return Number(account?.extra?.['uploadLimit'] ?? UPLOAD_LIMIT);
}

/** com.atproto.repo.uploadBlob: the bytes themselves. What they are is looked at, not what they are called. */
export async function uploadBlob(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): Promise<SimResponse> {
  const { body } = request;
  const type = request.headers['content-type'];
  if (type === undefined) return invalid('Request encoding (Content-Type) required but not provided');
  if (body.length === 0) return invalid('The blob is empty');
  if (body.length > uploadLimit(account)) return refuse(413, 'PayloadTooLarge', 'request entity too large');
  const bytes = body.length > IN_MEMORY ? null : body.bytes();
  const blob: Blob = {
    did: account.id,
    cid: cidOf(Buffer.from(body.sha256, 'hex'), 'raw'),
    sha256: bytes === null ? body.sha256 : world.sha256(bytes),
    mimeType: (bytes === null ? null : await sniff(bytes)) ?? type,
    size: body.length,
    uploadedAt: world.now().getTime(),
    referenced: false,
  };
  const key = `${blob.did} ${blob.cid}`;
  const known = state.blobs.get(key);
  state.blobs.set(key, { ...blob, referenced: known?.referenced ?? false });
  const { cid, mimeType, size } = blob;
  return { status: 200, json: { blob: { $type: 'blob', ref: { $link: cid }, mimeType, size } } };
}

/** The blob that a record names; checked only then. */
export function useBlob(
  ref: { readonly ref: { readonly $link: string }; readonly mimeType: string; readonly size: number },
  rule: { readonly accept: RegExp; readonly maxSize: number },
  did: string,
  state: State,
  world: SimWorld,
): Blob {
  const blob = state.blobs.get(`${did} ${ref.ref.$link}`);
  const gone =
    blob !== undefined && !blob.referenced && world.now().getTime() - blob.uploadedAt > ORPHAN_LIFE_MS;
  if (blob === undefined || gone) return invalid(`Could not find blob: ${ref.ref.$link}`);
  if (ref.mimeType !== blob.mimeType)
    return refuse(
      400,
      'InvalidMimeType',
      `Referenced Mimetype does not match stored blob. Expected: ${blob.mimeType}, Got: ${ref.mimeType}`,
    );
  if (!rule.accept.test(blob.mimeType))
    return refuse(
      400,
      'InvalidMimeType',
      `Wrong type of file. It is ${blob.mimeType} but it must match ${rule.accept}.`,
    );
  if (ref.size !== blob.size) return invalid('The size of the blob is another one');
  if (blob.size > rule.maxSize)
    return refuse(
      400,
      'BlobTooLarge',
      `This file is too large. It is ${blob.size} but the maximum size is ${rule.maxSize}.`,
    );
  return blob;
}

async function sniff(bytes: Buffer): Promise<string | null> {
  if (bytes.toString('latin1', 4, 8) === 'ftyp') return 'video/mp4';
  const image = await sharp(bytes)
    .metadata()
    .catch(() => null);
  return image?.format === undefined ? null : `image/${image.format}`;
}
