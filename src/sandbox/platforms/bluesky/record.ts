import { z } from 'zod';
import type { SimWorld } from '../simulator.ts';
import { invalid } from './answers.ts';
import { useBlob } from './blobs.ts';
import type { Blob, State } from './state.ts';

/** lexicons/app/bsky/feed/post.json and what it refers to, as far as it is simulated; spec.test.ts compares the names. */
const blob = z.strictObject({
  $type: z.literal('blob'),
  ref: z.strictObject({ $link: z.string() }),
  mimeType: z.string(),
  size: z.int().positive(),
});
const aspectRatio = z.strictObject({ width: z.int().min(1), height: z.int().min(1) }).optional();
const strongRef = z.strictObject({ uri: z.string().startsWith('at://'), cid: z.string() });
export const EMBEDS = {
  'app.bsky.embed.images': z.strictObject({
    $type: z.literal('app.bsky.embed.images'),
    images: z
      .array(z.strictObject({ image: blob, alt: z.string(), aspectRatio }))
      .min(1)
      .max(4),
  }),
  'app.bsky.embed.external': z.strictObject({
    $type: z.literal('app.bsky.embed.external'),
    external: z.strictObject({
      uri: z.url(),
      title: z.string(),
      description: z.string(),
      thumb: blob.optional(),
    }),
  }),
  'app.bsky.embed.video': z.strictObject({
    $type: z.literal('app.bsky.embed.video'),
    video: blob,
    alt: z.string().optional(),
    aspectRatio,
  }),
};
const tag = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= 640, 'must not be longer than 640 bytes')
  .refine((text) => graphemesIn(text) <= 64, 'must not be longer than 64 graphemes');
const facet = z.strictObject({
  // Not needed where nothing else can stand; the official library writes it with names.
  $type: z.literal('app.bsky.richtext.facet').optional(),
  index: z.strictObject({ byteStart: z.int().min(0), byteEnd: z.int().min(0) }),
  features: z
    .array(
      z.discriminatedUnion('$type', [
        z.strictObject({ $type: z.literal('app.bsky.richtext.facet#link'), uri: z.url() }),
        z.strictObject({ $type: z.literal('app.bsky.richtext.facet#tag'), tag }),
        z.strictObject({
          $type: z.literal('app.bsky.richtext.facet#mention'),
          did: z.string().startsWith('did:'),
        }),
      ]),
    )
    .min(1),
});
export const post = z.strictObject({
  $type: z.literal('app.bsky.feed.post'),
  text: z.string(),
  createdAt: z.iso.datetime({ offset: true }),
  facets: z.array(facet).optional(),
  embed: z
    .discriminatedUnion(
      '$type',
      Object.values(EMBEDS) as [
        (typeof EMBEDS)['app.bsky.embed.images'],
        (typeof EMBEDS)['app.bsky.embed.external'],
        (typeof EMBEDS)['app.bsky.embed.video'],
      ],
    )
    .optional(),
  langs: z
    .array(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/))
    .max(3)
    .optional(),
  reply: z.strictObject({ root: strongRef, parent: strongRef }).optional(),
  labels: z
    .strictObject({
      $type: z.literal('com.atproto.label.defs#selfLabels'),
      values: z.array(z.strictObject({ val: z.string().max(128) })).max(10),
    })
    .optional(),
});

export interface Shown {
  readonly text: string;
  readonly kind: string;
  readonly blobs: readonly Blob[];
}

/** Refuses what a server refuses, and what readers would see wrong although servers take it. */
export function readPost(value: unknown, did: string, state: State, world: SimWorld): Shown {
  const parsed = post.safeParse(value);
  if (!parsed.success) return invalid(`Invalid app.bsky.feed.post record: ${z.prettifyError(parsed.error)}`);
  const { text, facets = [], embed, reply } = parsed.data;
  if (graphemesIn(text) > 300)
    invalid('Invalid app.bsky.feed.post record: Record/text must not be longer than 300 graphemes');
  if (Buffer.byteLength(text) > 3000)
    invalid('Invalid app.bsky.feed.post record: Record/text must not be longer than 3000 characters');
  for (const { index, features } of facets) checkFacet(Buffer.from(text), index, features[0]);
  if (text.trim() === '' && embed === undefined) invalid('The post is empty');
  if (reply !== undefined) checkReply(reply, state);
  if (embed === undefined) return { text, kind: reply === undefined ? 'text' : 'reply', blobs: [] };

  const use = (ref: z.infer<typeof blob>, accept: RegExp, maxSize: number) =>
    useBlob(ref, { accept, maxSize }, did, state, world);
  switch (embed.$type) {
    case 'app.bsky.embed.images': {
      const blobs = embed.images.map(({ image }) => use(image, /^image\//, 2_000_000));
      return { text, kind: blobs.length > 1 ? 'carousel' : 'image', blobs };
    }
    case 'app.bsky.embed.external': {
      const { thumb } = embed.external;
      return { text, kind: 'link', blobs: thumb === undefined ? [] : [use(thumb, /^image\//, 1_000_000)] };
    }
    case 'app.bsky.embed.video':
      return { text, kind: 'video', blobs: [use(embed.video, /^video\/mp4$/, 300_000_000)] };
  }
}

const graphemesIn = (text: string): number => [...new Intl.Segmenter('en').segment(text)].length;

/** Servers take any reference; an app shows an answer only below the very record, and in the thread that this belongs to. */
function checkReply({ root, parent }: NonNullable<z.infer<typeof post>['reply']>, state: State): void {
  for (const { uri, cid } of [root, parent])
    if (state.records.get(uri)?.cid !== cid) invalid(`There is no record ${uri} of the version ${cid}`);
  const above = post.safeParse(state.records.get(parent.uri)?.value).data?.reply;
  if ((above?.root.uri ?? parent.uri) !== root.uri) invalid(`The thread of ${parent.uri} is not ${root.uri}`);
}

/** Servers take any numbers; an app shows a facet only where they meet the characters. */
function checkFacet(
  bytes: Buffer,
  { byteStart, byteEnd }: { readonly byteStart: number; readonly byteEnd: number },
  feature: { readonly $type: string; readonly uri?: string; readonly tag?: string } | undefined,
): void {
  const covered = bytes.subarray(byteStart, byteEnd).toString();
  const whole = byteStart < byteEnd && byteEnd <= bytes.length && !covered.includes('\ufffd');
  const says = feature?.uri ?? (feature?.tag === undefined ? undefined : feature.tag);
  if (!whole || (says !== undefined && covered !== says && covered.slice(1) !== says))
    invalid(`The facet covers “${covered}”, not what it says`);
}
