import { composeText, controlCharacters } from './compose.ts';
import type { Problem } from './errors.ts';
import { asFilledText, asObject, type JsonObject } from './json-value.ts';
import type { MediaInfo, MediaRole, PostKind } from './media.ts';
import type { PlatformName } from './platform-name.ts';
import { findLink, type PostLink } from './post-link.ts';
import { type ResolvedMedia, resolveMedia } from './post-media.ts';
import type { SourceRow, SourceTable } from './source-row.ts';

export type { PostKind } from './media.ts';

export interface PostMedia {
  readonly url: string;
  readonly role: MediaRole;
  readonly altText?: string;
  /** Once the bytes have been looked at. */
  readonly info?: MediaInfo;
}

/** A row as it is to go out on one platform. */
export interface Post {
  readonly source: SourceTable;
  readonly id: string;
  readonly userId: string;
  readonly platform: PlatformName;
  readonly kind: PostKind;
  /** For platforms with a title of their own; null when the row's is a generated label. `text` may hold it too. */
  readonly title: string | null;
  /** Title, body and hashtags as composed; never cut. */
  readonly text: string;
  /** `text` without title and hashtags. */
  readonly body: string;
  /** Each once, with '#'. */
  readonly hashtags: readonly string[];
  /** Set exactly when kind is 'link'. */
  readonly link: PostLink | null;
  readonly media: readonly PostMedia[];
  /** metadata.publish_options: what a user may set per post, e.g. privacy, alt_text. */
  readonly options: JsonObject;
  readonly metadata: JsonObject;
  readonly dueAt: Date;
  /** Of the account's own server, which was asked because it decides where the text is cut (`Platform.textLimit`). */
  readonly textLimit?: TextLimit;
}

export interface TextLimit {
  readonly max: number;
  /** What an address counts, however long it is. */
  readonly perAddress: number;
}

export type BuiltPost = { readonly post: Post } | { readonly problems: readonly Problem[] };

/**
 * Everything that is wrong with the row itself comes back at once; a platform's own limits are judged later.
 * `ownText` is the text of one target (publish_targets.text): it goes out as it is, in place of title, body and hashtags.
 */
export function buildPost(
  row: SourceRow,
  platform: PlatformName,
  dueAt: Date,
  ownText: string | null = null,
): BuiltPost {
  const words = ownText === null ? row : { ...row, body: ownText, hashtags: [] };
  const composed = composeText(words);
  const { title, hashtags, body } = composed;
  const text = ownText === null ? composed.text : body;
  const resolved = resolveMedia(row);
  const found = findLink(row);
  const options = asObject(row.metadata['publish_options'] ?? {});

  const problems: Problem[] = [];
  if (row.userId === null) problems.push(ownerMissing);
  if (options === null) problems.push(optionsUnusable);
  if ('problem' in resolved) problems.push(resolved.problem);
  else if (text.trim() === '' && resolved.kind === 'text') problems.push(textMissing);
  const control = controlCharacters(`${title ?? ''}\n${text}`);
  if (control !== null) problems.push(control);
  if (problems.length > 0 || row.userId === null || options === null || 'problem' in resolved)
    return { problems };

  const { kind } = resolved;
  const link = kind === 'link' && found !== null && 'link' in found ? found.link : null;
  const media = withAltTexts(resolved.media, options['alt_text']);
  const { source, id, userId, metadata } = row;
  return {
    post: {
      source,
      id,
      userId,
      platform,
      kind,
      title,
      text,
      body,
      hashtags,
      link,
      media,
      options,
      metadata,
      dueAt,
    },
  };
}

/** publish_options.alt_text: one text for the first file, or a list in the order of the files. */
function withAltTexts(media: readonly ResolvedMedia[], altText: unknown): readonly PostMedia[] {
  const texts: readonly unknown[] = Array.isArray(altText) ? altText : [altText];
  return media.map((file, index) => {
    const text = asFilledText(texts[index]);
    return text === null ? file : { ...file, altText: text };
  });
}

const ownerMissing: Problem = {
  kind: 'unusable',
  code: 'OWNER_MISSING',
  message: 'The post belongs to no user: it has neither a campaign with an owner nor metadata.user_id.',
  hint: 'Put the post into a campaign, or write the user’s id into metadata.user_id, and schedule it again.',
};

const optionsUnusable: Problem = {
  kind: 'rejected',
  code: 'OPTIONS_UNUSABLE',
  message:
    'metadata.publish_options is not an object, so its settings (privacy, for example) cannot be read.',
  hint: 'Correct or remove metadata.publish_options and schedule the post again.',
};

const textMissing: Problem = {
  kind: 'rejected',
  code: 'TEXT_MISSING',
  message: 'The post has neither text nor a file: there is nothing to publish.',
  hint: 'Write the text or attach a file and schedule the post again.',
};
