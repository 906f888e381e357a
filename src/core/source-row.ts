import { asFilledText, asObject, asText, type JsonObject } from './json-value.ts';
import { mediaUrls } from './media-url.ts';

export type SourceTable = 'created_content' | 'content_posts';

/** A row of either table in one shape. Texts are as written; what is missing, NULL or unusable is null, '' or []. */
export interface SourceRow {
  readonly source: SourceTable;
  readonly id: string;
  /** The owner: created_content.user_id; the campaign's owner, else metadata.user_id, of content_posts. */
  readonly userId: string | null;
  readonly platformRaw: string | null;
  readonly status: string | null;
  /** Null for content_posts, which has no channel. */
  readonly channel: string | null;
  /** content_type or post_type. */
  readonly kindRaw: string | null;
  readonly title: string | null;
  readonly body: string;
  readonly hashtags: readonly string[];
  /** Addresses as mediaUrls gives them: every element in its place, '' for an empty one. */
  readonly images: readonly string[];
  readonly carouselImages: readonly string[];
  readonly mediaUrl: string | null;
  readonly primaryImageUrl: string | null;
  readonly scheduledAt: string | null;
  readonly scheduledDate: string | null;
  readonly scheduledTime: string | null;
  readonly metadata: JsonObject;
  /** False when metadata is an array, string, number or boolean: it is read as {} and must never be merged into. */
  readonly metadataUsable: boolean;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Reads a database row given as JSON (to_jsonb of the row; for content_posts with the campaign's `owner_id` added).
 * Columns may be missing, NULL or of another type. Never throws; only a row without a usable id is a problem.
 */
export function parseSourceRow(
  source: SourceTable,
  row: unknown,
): { readonly row: SourceRow } | { readonly problem: string } {
  const columns = asObject(row);
  if (columns === null) return { problem: `A row of ${source} is not an object.` };
  const id = uuid(columns['id']);
  if (id === null) return { problem: `A row of ${source} has no id that is a uuid.` };
  // SQL NULL and JSON null look the same here; NULL counts as {}, and the write-back tells them apart in SQL.
  const metadata = asObject(columns['metadata'] ?? {});
  const own = source === 'created_content';
  return {
    row: {
      source,
      id,
      userId: own ? uuid(columns['user_id']) : (uuid(columns['owner_id']) ?? uuid(metadata?.['user_id'])),
      platformRaw: asText(columns['platform']),
      status: asText(columns['status']),
      channel: own ? asText(columns['channel']) : null,
      kindRaw: asText(columns[own ? 'content_type' : 'post_type']),
      title: asText(columns['title']),
      body: asText(columns['content']) ?? '',
      hashtags: texts(columns['hashtags']),
      images: mediaUrls(columns['images']),
      carouselImages: mediaUrls(columns['carousel_images']),
      mediaUrl: asFilledText(columns['media_url']),
      primaryImageUrl: asFilledText(columns['primary_image_url']),
      scheduledAt: asFilledText(columns['scheduled_at']),
      scheduledDate: asFilledText(columns['scheduled_date']),
      scheduledTime: asFilledText(columns['scheduled_time']),
      metadata: metadata ?? {},
      metadataUsable: metadata !== null,
    },
  };
}

function uuid(value: unknown): string | null {
  const text = asFilledText(value);
  return text !== null && UUID.test(text) ? text.toLowerCase() : null;
}

/** A text[] column, or a text column that holds several: '#a #b', 'a, b', '{a,b}', '["a","b"]'. */
function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(asText).filter((text) => text !== null);
  const text = asFilledText(value);
  if (text === null) return [];
  const inner = text.replace(/^[[{]|[\]}]$/g, '').replaceAll('"', '');
  return inner.split(/[#,]/.test(inner) ? /[#,]/ : /\s+/).filter((part) => part.trim() !== '');
}
