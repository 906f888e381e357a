/** What YouTube's discovery document (revision 20260427) says, as far as it is simulated; spec.test.ts compares. */

export type FieldType = 'string' | 'boolean' | 'string[]' | readonly string[];

/** Fields that an upload may set, by part. */
export const WRITABLE: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  snippet: {
    title: 'string',
    description: 'string',
    tags: 'string[]',
    categoryId: 'string',
    defaultLanguage: 'string',
    defaultAudioLanguage: 'string',
  },
  status: {
    privacyStatus: ['public', 'unlisted', 'private'],
    publishAt: 'string',
    selfDeclaredMadeForKids: 'boolean',
    embeddable: 'boolean',
    license: ['youtube', 'creativeCommon'],
    publicStatsViewable: 'boolean',
    containsSyntheticMedia: 'boolean',
  },
  recordingDetails: { recordingDate: 'string' },
};

export const UPLOAD_STATUSES = ['uploaded', 'processed', 'failed', 'rejected', 'deleted'] as const;
export type UploadStatus = (typeof UPLOAD_STATUSES)[number];

export interface Method {
  readonly id: string;
  readonly httpMethod: 'GET' | 'POST';
  readonly path: string;
  /** Query parameters that are answered; every other one is refused. */
  readonly parameters: readonly string[];
  readonly parts: readonly string[];
  /** One of these is needed, without 'https://www.googleapis.com/auth/'. */
  readonly scopes: readonly string[];
  /** Quota units, where it is not one. */
  readonly cost?: number;
}

const READ_SCOPES = ['youtube', 'youtube.force-ssl', 'youtube.readonly', 'youtubepartner'];

export const METHODS = {
  insert: {
    id: 'videos.insert',
    httpMethod: 'POST',
    path: '/upload/youtube/v3/videos',
    parameters: ['part', 'notifySubscribers', 'autoLevels', 'stabilize'],
    parts: ['snippet', 'status', 'recordingDetails'],
    scopes: ['youtube', 'youtube.force-ssl', 'youtube.upload', 'youtubepartner'],
  },
  channels: {
    id: 'channels.list',
    httpMethod: 'GET',
    path: '/youtube/v3/channels',
    parameters: ['part', 'mine', 'maxResults', 'pageToken'],
    parts: ['id', 'snippet', 'contentDetails'],
    scopes: READ_SCOPES,
  },
  uploads: {
    id: 'playlistItems.list',
    httpMethod: 'GET',
    path: '/youtube/v3/playlistItems',
    parameters: ['part', 'playlistId', 'videoId', 'maxResults', 'pageToken'],
    parts: ['id', 'snippet', 'contentDetails', 'status'],
    scopes: READ_SCOPES,
  },
  entry: {
    id: 'playlistItems.insert',
    httpMethod: 'POST',
    path: '/youtube/v3/playlistItems',
    parameters: ['part'],
    parts: ['id', 'snippet', 'contentDetails', 'status'],
    scopes: ['youtube', 'youtube.force-ssl', 'youtubepartner'],
    cost: 50,
  },
  thumbnail: {
    id: 'thumbnails.set',
    httpMethod: 'POST',
    path: '/upload/youtube/v3/thumbnails/set',
    parameters: ['videoId'],
    parts: [],
    scopes: ['youtube', 'youtube.force-ssl', 'youtube.upload', 'youtubepartner'],
    cost: 50,
  },
  videos: {
    id: 'videos.list',
    httpMethod: 'GET',
    path: '/youtube/v3/videos',
    parameters: ['part', 'id', 'maxResults', 'pageToken'],
    parts: ['id', 'snippet', 'status', 'statistics', 'processingDetails'],
    scopes: READ_SCOPES,
  },
  comment: {
    id: 'commentThreads.insert',
    httpMethod: 'POST',
    path: '/youtube/v3/commentThreads',
    parameters: ['part'],
    parts: ['id', 'snippet'],
    scopes: ['youtube.force-ssl'],
    cost: 50,
  },
  comments: {
    id: 'commentThreads.list',
    httpMethod: 'GET',
    path: '/youtube/v3/commentThreads',
    parameters: ['part', 'videoId', 'moderationStatus', 'order', 'textFormat', 'maxResults', 'pageToken'],
    parts: ['id', 'snippet'],
    scopes: ['youtube.force-ssl'],
  },
} as const satisfies Record<string, Method>;

export const MAX_UPLOAD_BYTES = 274_877_906_944;
export const MAX_RESULTS = 50;
export const MAX_COMMENTS = 100;
