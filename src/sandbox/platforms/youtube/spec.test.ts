import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  MAX_COMMENTS,
  MAX_RESULTS,
  MAX_UPLOAD_BYTES,
  METHODS,
  type Method,
  UPLOAD_STATUSES,
  WRITABLE,
} from './spec.ts';

const file = new URL('../../../../../shared/specs/youtube-v3-discovery.json', import.meta.url);
const absent = `the discovery document is not beside this project (${file.pathname})`;

const property = z.object({
  type: z.string().optional(),
  $ref: z.string().optional(),
  enum: z.array(z.string()).optional(),
  items: z.object({ type: z.string().optional() }).optional(),
});
const method = z.object({
  httpMethod: z.string(),
  path: z.string(),
  parameters: z.record(z.string(), z.object({ maximum: z.string().optional() })).default({}),
  scopes: z.array(z.string()).default([]),
  mediaUpload: z
    .object({
      maxSize: z.string().optional(),
      protocols: z.object({ simple: z.object({ path: z.string() }) }),
    })
    .optional(),
});
const discovery = z.object({
  schemas: z.record(z.string(), z.object({ properties: z.record(z.string(), property).default({}) })),
  resources: z.record(z.string(), z.object({ methods: z.record(z.string(), method).default({}) })),
});
type Discovery = z.infer<typeof discovery>;

function read(): Discovery {
  return discovery.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function found(document: Discovery, id: string): z.infer<typeof method> {
  const [resource = '', name = ''] = id.split('.');
  const one = document.resources[resource]?.methods[name];
  if (one === undefined) throw new Error(`No method ${id}`);
  return one;
}

describe('the simulator and Google’s discovery document', () => {
  it('agree on methods, paths, parameters and scopes', (context) => {
    if (!existsSync(file)) context.skip(absent);
    const document = read();
    for (const simulated of Object.values<Method>(METHODS)) {
      const official = found(document, simulated.id);
      const path = official.mediaUpload?.protocols.simple.path ?? `/${official.path}`;
      expect({ id: simulated.id, httpMethod: simulated.httpMethod, path: simulated.path }).toEqual({
        id: simulated.id,
        httpMethod: official.httpMethod,
        path,
      });
      expect(Object.keys(official.parameters)).toEqual(expect.arrayContaining([...simulated.parameters]));
      const scopes = simulated.scopes.map((scope) => `https://www.googleapis.com/auth/${scope}`);
      expect(official.scopes).toEqual(expect.arrayContaining(scopes));
      const most = String(simulated.id === METHODS.comments.id ? MAX_COMMENTS : MAX_RESULTS);
      expect(official.parameters['maxResults']?.maximum ?? most).toBe(most);
    }
    expect(found(document, 'videos.insert').mediaUpload?.maxSize).toBe(String(MAX_UPLOAD_BYTES));
  });

  it('agree on the parts of every resource', (context) => {
    if (!existsSync(file)) context.skip(absent);
    const document = read();
    const resources = {
      insert: 'Video',
      videos: 'Video',
      channels: 'Channel',
      uploads: 'PlaylistItem',
      entry: 'PlaylistItem',
      comment: 'CommentThread',
      comments: 'CommentThread',
    } as const;
    for (const [name, resource] of Object.entries(resources)) {
      const parts = METHODS[name as keyof typeof METHODS].parts;
      expect(Object.keys(document.schemas[resource]?.properties ?? {})).toEqual(
        expect.arrayContaining([...parts]),
      );
    }
  });

  it('agree on the fields that an upload may set, their types and values', (context) => {
    if (!existsSync(file)) context.skip(absent);
    const document = read();
    const video = document.schemas['Video']?.properties ?? {};
    for (const [part, fields] of Object.entries(WRITABLE)) {
      const official = document.schemas[video[part]?.$ref ?? '']?.properties ?? {};
      for (const [name, type] of Object.entries(fields)) {
        const field = official[name];
        const known = field?.type === 'array' ? `${field.items?.type}[]` : (field?.enum ?? field?.type);
        expect({ part, name, type: known }).toEqual({ part, name, type });
      }
    }
    expect(document.schemas['VideoStatus']?.properties['uploadStatus']?.enum).toEqual([...UPLOAD_STATUSES]);
  });

  it('agree on the fields of the answers that are read', (context) => {
    if (!existsSync(file)) context.skip(absent);
    const document = read();
    const fieldsRead: Readonly<Record<string, readonly string[]>> = {
      VideoStatus: ['uploadStatus', 'failureReason', 'rejectionReason', 'privacyStatus'],
      VideoStatistics: ['viewCount', 'likeCount', 'commentCount'],
      ChannelContentDetails: ['relatedPlaylists'],
      ChannelSnippet: ['title'],
      PlaylistItemSnippet: ['publishedAt', 'title', 'description', 'resourceId'],
      ResourceId: ['videoId'],
      PlaylistItemListResponse: ['items', 'nextPageToken'],
      ChannelListResponse: ['items'],
      VideoListResponse: ['items'],
      PlaylistItem: ['id', 'snippet'],
      ThumbnailSetResponse: ['kind', 'items'],
      CommentThread: ['id', 'snippet'],
      CommentThreadSnippet: ['channelId', 'videoId', 'topLevelComment'],
      CommentSnippet: ['textOriginal', 'textDisplay', 'authorChannelId', 'publishedAt'],
      CommentSnippetAuthorChannelId: ['value'],
      CommentThreadListResponse: ['items', 'nextPageToken'],
    };
    for (const [schema, fields] of Object.entries(fieldsRead)) {
      expect(Object.keys(document.schemas[schema]?.properties ?? {})).toEqual(
        expect.arrayContaining([...fields]),
      );
    }
  });
});
