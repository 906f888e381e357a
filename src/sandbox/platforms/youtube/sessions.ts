import { rmSync } from 'node:fs';
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
  open(request: SimRequest, account: SimAccount, parts: readonly string[]): SimResponse;
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

  function open(request: SimRequest, account: SimAccount, parts: readonly string[]): SimResponse {
    if (request.query.get('uploadType') !== 'resumable')
      return badRequest('Only uploadType=resumable is simulated.');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return badRequest('The metadata must be sent as application/json.');
    }
    const total = Number(request.headers['x-upload-content-length']);
    const type = request.headers['x-upload-content-type'] ?? '';
    if (!Number.isSafeInteger(total) || total <= 0)
      return badRequest('X-Upload-Content-Length is not a length.');
    if (total > MAX_UPLOAD_BYTES) return uploadServerError(413, 'Request Entity Too Large');
    if (!/^video\/[\w.+-]+$|^application\/octet-stream$/.test(type)) {
      return badRequest(
        `Media type '${type}' is not supported. Valid media types: [video/*, application/octet-stream]`,
      );
    }
    const read = readMetadata(request.body.json(), parts);
    if ('refusal' in read) return read.refusal;
    if (!quota.take(`channel ${account.id}`, 1, limits.uploadsPerChannelAndDay)) return uploadLimitExceeded();

    const id = `sim${world.nextNumber()}`;
    const { metadata } = read;
    const openedAt = world.now();
    const file = sessionFile(id);
    sessions.set(id, {
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
    });
    const query = new URLSearchParams({ uploadType: 'resumable', part: parts.join(','), upload_id: id });
    return {
      status: 200,
      headers: { location: `${world.base}${request.path}?${query}`, 'x-guploader-uploadid': id },
      text: '',
    };
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

  return { open, put };
}

/** 11 characters of base64url, as YouTube's are. */
function videoId(number: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes.toString('base64url');
}
