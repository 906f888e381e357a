import { rmSync, writeFileSync } from 'node:fs';
import { parseRelated } from '../multipart.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { badRequest, uploadLimitExceeded, uploadServerError } from './answers.ts';
import { inspectVideo } from './inspect.ts';
import { readMetadata } from './metadata.ts';
import type { Quota } from './quota.ts';
import { hashFile, readRange, sessionFile, store } from './ranges.ts';
import { MAX_UPLOAD_BYTES } from './spec.ts';
import type { Limits, Session, SimVideo } from './state.ts';
import { videoView } from './video.ts';

const SESSION_LIFE_MS = 7 * 24 * 3_600_000;
const MAX_VIDEO_SECONDS = 12 * 3600;
const MAX_SHORT_SECONDS = 180;

export interface Sessions {
  insert(request: SimRequest, account: SimAccount, parts: readonly string[]): Promise<SimResponse>;
  put(request: SimRequest, account: SimAccount): Promise<SimResponse>;
}

/** https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol */
export function makeSessions(
  world: SimWorld,
  videos: Map<string, SimVideo>,
  quota: Quota,
  limits: Limits,
): Sessions {
  const sessions = new Map<string, Session>();

  async function insert(
    request: SimRequest,
    account: SimAccount,
    parts: readonly string[],
  ): Promise<SimResponse> {
    switch (request.query.get('uploadType')) {
      case 'resumable':
        return open(request, account, parts);
      case 'multipart':
        return await insertWhole(request, account, parts);
      default:
        return badRequest('Only the upload types resumable and multipart are simulated.');
    }
  }

  /** Metadata and film in one request, as Google's libraries send them. */
  async function insertWhole(
    request: SimRequest,
    account: SimAccount,
    parts: readonly string[],
  ): Promise<SimResponse> {
    const type = request.headers['content-type'] ?? '';
    const related = /^multipart\/related\b/i.test(type)
      ? parseRelated(request.body.bytes(), type)
      : undefined;
    const [metadata, film, ...more] = related ?? [];
    if (metadata === undefined || film === undefined || more.length > 0)
      return badRequest('The body must be multipart/related with two parts.');
    if (!/^application\/json\b/i.test(metadata.type))
      return badRequest('The metadata must be sent as application/json.');
    const begun = begin(parseJson(metadata.bytes), parts, account, {
      total: film.bytes.length,
      type: film.type,
    });
    if ('refusal' in begun) return begun.refusal;
    const { session } = begun;
    writeFileSync(session.file, film.bytes);
    session.stored = session.total;
    session.video = await finish(session, account);
    return { status: 200, json: videoView(session.video, account, session.parts, world) };
  }

  function open(request: SimRequest, account: SimAccount, parts: readonly string[]): SimResponse {
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return badRequest('The metadata must be sent as application/json.');
    }
    const total = Number(request.headers['x-upload-content-length']);
    const type = request.headers['x-upload-content-type'] ?? '';
    if (!Number.isSafeInteger(total) || total <= 0)
      return badRequest('X-Upload-Content-Length is not a length.');
    const begun = begin(request.body.json(), parts, account, { total, type });
    if ('refusal' in begun) return begun.refusal;
    const { id } = begun.session;
    const query = new URLSearchParams({ uploadType: 'resumable', part: parts.join(','), upload_id: id });
    return {
      status: 200,
      headers: { location: `${world.base}${request.path}?${query}`, 'x-guploader-uploadid': id },
      text: '',
    };
  }

  function begin(
    body: unknown,
    parts: readonly string[],
    account: SimAccount,
    { total, type }: Pick<Session, 'total' | 'type'>,
  ): { readonly session: Session } | { readonly refusal: SimResponse } {
    if (total > MAX_UPLOAD_BYTES) return { refusal: uploadServerError(413, 'Request Entity Too Large') };
    if (!/^video\/[\w.+-]+$|^application\/octet-stream$/.test(type)) {
      const known = 'Valid media types: [video/*, application/octet-stream]';
      return { refusal: badRequest(`Media type '${type}' is not supported. ${known}`) };
    }
    const read = readMetadata(body, parts);
    if ('refusal' in read) return read;
    if (!quota.take(`channel ${account.id}`, 1, limits.uploadsPerChannelAndDay))
      return { refusal: uploadLimitExceeded() };

    const id = `sim${world.nextNumber()}`;
    const { metadata } = read;
    const openedAt = world.now();
    const file = sessionFile(id);
    const session: Session = {
      id,
      account: account.id,
      metadata,
      parts,
      total,
      type,
      openedAt,
      file,
      stored: 0,
      rangeSize: null,
      video: null,
    };
    sessions.set(id, session);
    return { session };
  }

  async function put(request: SimRequest, account: SimAccount): Promise<SimResponse> {
    const session = sessions.get(request.query.get('upload_id') ?? '');
    const alive =
      session !== undefined && world.now().getTime() < session.openedAt.getTime() + SESSION_LIFE_MS;
    if (!alive || session.account !== account.id) return uploadServerError(404, 'Not Found');
    const range = readRange(request, session);
    if (range === null) return uploadServerError(400, 'Failed to parse Content-Range header.');
    if (session.video === null && range !== 'query') {
      const refusal = store(session, request, range, limits.storesAtMost);
      if (refusal !== null) return refusal;
    }
    if (session.video === null && session.stored === session.total)
      session.video = await finish(session, account);
    const headers = { 'x-guploader-uploadid': session.id };
    if (session.video !== null) {
      return { status: 200, headers, json: videoView(session.video, account, session.parts, world) };
    }
    const stored = session.stored === 0 ? {} : { range: `bytes=0-${session.stored - 1}` };
    return { status: 308, headers: { ...headers, ...stored }, text: '' };
  }

  /** The moment in which a video comes into being. */
  async function finish(session: Session, account: SimAccount): Promise<SimVideo> {
    const seen = await inspectVideo(session.file);
    const sha256 = await hashFile(session.file);
    rmSync(session.file, { force: true });
    const video: SimVideo = {
      id: videoId(world.nextNumber()),
      account: session.account,
      metadata: session.metadata,
      // https://developers.google.com/youtube/v3/docs/videos/insert: projects without an audit.
      privacy:
        account.extra?.['unaudited'] === true
          ? 'private'
          : String(session.metadata.status['privacyStatus'] ?? 'public'),
      uploadedAt: world.now(),
      end:
        seen === null
          ? { status: 'failed', failureReason: 'invalidFile' }
          : seen.seconds > MAX_VIDEO_SECONDS
            ? { status: 'rejected', rejectionReason: 'length' }
            : { status: 'processed' },
    };
    videos.set(video.id, video);
    if (seen !== null && video.end.status === 'processed') {
      const short = seen.height >= seen.width && seen.seconds <= MAX_SHORT_SECONDS;
      const { title, description } = video.metadata.snippet;
      world.publish({
        account: video.account,
        id: video.id,
        kind: short ? 'short' : 'video',
        text: [title, description].filter((text) => typeof text === 'string' && text !== '').join('\n\n'),
        media: [sha256],
        url: short
          ? `https://www.youtube.com/shorts/${video.id}`
          : `https://www.youtube.com/watch?v=${video.id}`,
      });
    }
    return video;
  }

  return { insert, put };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** 11 characters of base64url, as YouTube's are. */
function videoId(number: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes.toString('base64url');
}
