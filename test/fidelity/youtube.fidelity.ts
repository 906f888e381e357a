import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Storage } from '@google-cloud/storage';
import { auth as google, youtube } from '@googleapis/youtube';
import { OAuth2Client } from 'google-auth-library';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { seed, simulated } from './simulated.ts';

const { base, account, posts } = await simulated('youtube');
const auth = new google.OAuth2({
  clientId: 'client',
  clientSecret: 'secret',
  endpoints: { oauth2TokenUrl: `${base}/token` },
});
// With the refresh token only: the library fetches the access token itself.
auth.setCredentials({ refresh_token: account.refreshToken ?? null });
const client = youtube({ version: 'v3', auth });
/** Only per call does the address of uploads follow. */
const there = { rootUrl: `${base}/` };
const last = (kind: string) => posts().findLast((post) => post.kind === kind);
const resource = (title: string) => ({
  snippet: { title, description: 'Down & up', tags: ['bike', 'hill climb'], categoryId: '17' },
  status: { privacyStatus: 'public', selfDeclaredMadeForKids: false },
});

describe('@googleapis/youtube on the simulated YouTube', () => {
  it('knows its channel', async () => {
    const { data } = await client.channels.list({ part: ['snippet', 'contentDetails'], mine: true }, there);
    expect(data.items?.[0]).toMatchObject({ id: account.id, snippet: { title: account.name } });
  });

  it('uploads a film in one request', async () => {
    const { data } = await client.videos.insert(
      {
        part: ['snippet', 'status'],
        notifySubscribers: false,
        requestBody: resource('In one'),
        media: { mimeType: 'video/mp4', body: Readable.from(seed('cycling-film.mp4')) },
      },
      there,
    );
    expect(last('video')).toMatchObject({ id: data.id, text: 'In one\n\nDown & up' });
  });

  it('uploads a film range by range into a session, as Google’s library for such sessions does it', async () => {
    const film = seed('cycling-film.mp4');
    const { headers } = await client.videos.insert(
      { part: ['snippet', 'status'], requestBody: resource('In ranges') },
      {
        url: `${base}/upload/youtube/v3/videos`,
        params: { uploadType: 'resumable' },
        headers: { 'X-Upload-Content-Length': String(film.length), 'X-Upload-Content-Type': 'video/mp4' },
      },
    );
    const authClient = new OAuth2Client();
    authClient.setCredentials({ access_token: auth.credentials.access_token ?? null });
    const file = new Storage({ authClient, projectId: 'none' }).bucket('none').file('none');
    const uri = new Headers(headers as Record<string, string>).get('location') ?? '';
    const sink = file.createWriteStream({
      uri,
      chunkSize: 256 * 1024,
      contentType: 'video/mp4',
      metadata: { contentLength: film.length },
      validation: false,
      resumable: true,
    });
    await pipeline(Readable.from(film), sink);
    expect(last('video')).toMatchObject({ text: 'In ranges\n\nDown & up' });
  });

  it('sets the thumbnail, adds the film to a playlist and comments on it', async () => {
    const videoId = last('video')?.id ?? '';
    await client.thumbnails.set(
      {
        videoId,
        media: {
          mimeType: 'image/png',
          body: Readable.from(await sharp(seed('bakery-croissant.png')).png().toBuffer()),
        },
      },
      there,
    );
    expect(last('thumbnail')).toBeDefined();
    const entry = await client.playlistItems.insert(
      {
        part: ['snippet'],
        requestBody: {
          snippet: { playlistId: 'PLfidelity', resourceId: { kind: 'youtube#video', videoId } },
        },
      },
      there,
    );
    const entries = await client.playlistItems.list(
      { part: ['id'], playlistId: 'PLfidelity', videoId },
      there,
    );
    expect(entries.data.items?.map(({ id }) => id)).toEqual([entry.data.id]);
    const { data } = await client.commentThreads.insert(
      {
        part: ['snippet'],
        requestBody: {
          snippet: {
            channelId: account.id,
            videoId,
            topLevelComment: { snippet: { textOriginal: 'The route' } },
          },
        },
      },
      there,
    );
    const comments = await client.commentThreads.list({ part: ['snippet'], videoId, order: 'time' }, there);
    expect(comments.data.items?.map(({ id }) => id)).toEqual([data.id]);
  });

  it('lists what it uploaded, and its state', async () => {
    const { data } = await client.channels.list({ part: ['contentDetails'], mine: true }, there);
    const playlistId = data.items?.[0]?.contentDetails?.relatedPlaylists?.uploads ?? '';
    const uploads = await client.playlistItems.list(
      { part: ['snippet', 'status'], playlistId, maxResults: 50 },
      there,
    );
    const ids = uploads.data.items?.map(({ snippet }) => snippet?.resourceId?.videoId ?? '') ?? [];
    const films = posts().filter(({ kind }) => kind === 'video');
    expect(ids).toEqual(films.map(({ id }) => id).toReversed());
    const videos = await client.videos.list(
      { part: ['status', 'statistics', 'processingDetails'], id: ids },
      there,
    );
    expect(videos.data.items?.map(({ status }) => status?.uploadStatus)).toEqual(['processed', 'processed']);
  });

  it('sees the refusal of a title that is too long', async () => {
    const request = client.videos.insert(
      {
        part: ['snippet', 'status'],
        requestBody: resource('a'.repeat(101)),
        media: { mimeType: 'video/mp4', body: Readable.from(seed('cycling-film.mp4')) },
      },
      there,
    );
    await expect(request).rejects.toMatchObject({ status: 400 });
  });
});
