import type postgres from 'postgres';
import { z } from 'zod';

const Target = z.object({
  platform: z.string(),
  account_id: z.string(),
  account_name: z.string().nullable(),
  state: z.string(),
  platform_post_id: z.string().nullable(),
  platform_post_url: z.string().nullable(),
  published_at: z.coerce.date().nullable(),
  /** Ids of what stands below it, in the order in which it went out. */
  followed: z.array(z.string()),
});

const PublishError = z.object({ code: z.string(), message: z.string(), hint: z.string() });

const Outcome = z.object({
  table: z.enum(['created_content', 'content_posts']),
  id: z.string(),
  platform: z.string(),
  status: z.string(),
  publishedAt: z.coerce.date().nullable(),
  /** Undefined where the table has no such column. */
  channelPostId: z.string().nullish(),
  metadata: z
    .looseObject({ publish_error: PublishError.optional(), _publishing: z.unknown().optional() })
    .nullable(),
  zone: z.string().nullable(),
  skipReason: z.string().nullable(),
  targets: z.array(Target),
});

/** What the app's row and our tables say about one post. */
export type Outcome = z.infer<typeof Outcome>;

export async function readOutcomes(sql: postgres.Sql): Promise<Map<string, Outcome>> {
  const rows = await sql`
    with posts as (
      select 'created_content' as source, c.id, to_jsonb(c) as post from public.created_content c
      union all
      select 'content_posts', c.id, to_jsonb(c) from public.content_posts c
    )
    select p.source as "table", p.id, p.post ->> 'platform' as platform, p.post ->> 'status' as status,
      p.post ->> 'published_at' as "publishedAt", p.post ->> 'channel_post_id' as "channelPostId",
      p.post -> 'metadata' as metadata, q.zone, q.skip_reason as "skipReason",
      (select coalesce(jsonb_agg(to_jsonb(t) || jsonb_build_object('followed',
          (select coalesce(jsonb_agg(e.platform_post_id order by e.first_armed_at), '[]'::jsonb) from public.publish_effects e
            where e.source = t.source and e.post_id = t.post_id and e.platform = t.platform
              and e.account_id = t.account_id and e.effect <> 'post' and e.platform_post_id is not null))), '[]'::jsonb)
         from public.publish_targets t
        where t.source = p.source and t.post_id = p.id) as targets
    from posts p left join public.publish_queue q on q.source = p.source and q.post_id = p.id`;
  return new Map(
    z
      .array(Outcome)
      .parse([...rows])
      .map((row) => [row.id, row]),
  );
}
