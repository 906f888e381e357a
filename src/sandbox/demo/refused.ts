import { asha, ben, chi, dev } from '../people.ts';
import type { Setting, Told } from './told.ts';

/** What must not go out, of created_content, … */
export function refusedContent({ media, instant }: Setting): readonly Told[] {
  return [
    {
      what: 'reel without its video',
      by: ben,
      when: instant,
      expect: { code: 'VIDEO_MISSING' },
      row: {
        platform: 'Instagram',
        content_type: 'short_video or reel',
        title: 'Reel: brakes',
        content: 'Brake check in 20 seconds',
        images: [media.chainring],
        short_video_script: 'HOOK … CTA …',
        metadata: { video_cover_uploaded: true },
      },
    },
    {
      what: 'no account',
      by: chi,
      when: instant,
      expect: { code: 'NO_ACCOUNT' },
      row: {
        platform: 'facebook',
        content_type: 'static_post',
        content: 'Tulips are back on Friday.',
        hashtags: ['tulips'],
      },
    },
    {
      what: 'two accounts, none named',
      by: asha,
      when: instant,
      expect: { code: 'SEVERAL_ACCOUNTS' },
      row: { platform: 'linkedin', content_type: 'static_post', content: 'We are hiring two bakers.' },
    },
    {
      what: 'text too long',
      by: ben,
      when: instant,
      expect: { code: 'TEXT_TOO_LONG' },
      row: {
        platform: 'instagram',
        content_type: 'static_post',
        title: 'The whole route',
        content: 'Kilometre after kilometre after kilometre. '.repeat(60),
        images: [media.mountainPass],
      },
    },
    {
      what: 'blog article',
      by: asha,
      when: instant,
      expect: 'skipped',
      row: {
        platform: 'WordPress',
        content_type: 'blog',
        channel: 'Blog',
        title: 'A year of rye',
        content: 'In January we had one loaf with rye in it. Now there are five.',
      },
    },
  ];
}

/** … and of content_posts. */
export function refusedPosts({ clock }: Setting): readonly Told[] {
  return [
    {
      what: 'time zone “IST”',
      by: dev,
      when: clock(asha),
      expect: { code: 'ZONE_UNUSABLE' },
      row: { platform: 'facebook', post_type: 'text', content: 'Three new crime novels on the front table.' },
    },
  ];
}
