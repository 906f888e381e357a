import { asha, ben } from '../people.ts';
import type { Setting, Told } from './told.ts';

/** From the app's campaigns. */
export function contentPosts({ media, clock, author }: Setting): readonly Told[] {
  return [
    {
      what: 'link',
      by: ben,
      when: clock(ben),
      row: {
        platform: 'facebook',
        post_type: 'post',
        title: 'Winter check',
        content: 'Free winter check until the end of the month. Book a slot:',
        hashtags: ['ColeCycles'],
        metadata: { publish_options: { link: 'https://colecycles.example/winter-check' } },
      },
    },
    {
      what: 'video',
      by: ben,
      when: clock(ben),
      row: {
        platform: 'facebook',
        post_type: 'video',
        title: 'Winter tyres',
        content: 'The difference, filmed on the first cold morning.',
        hashtags: [],
        primary_image_url: media.cyclingFilm,
        primary_image_approved: true,
        metadata: { media_type: 'video', media_url: media.cyclingFilm, has_media: true },
      },
    },
    {
      what: 'story',
      by: ben,
      when: clock(ben),
      row: {
        platform: 'facebook',
        post_type: 'story',
        content: 'Out on the road',
        primary_image_url: media.cyclingStory,
        metadata: { media_type: 'video' },
      },
    },
    {
      what: 'story, WebP',
      by: asha,
      when: clock(asha),
      row: {
        platform: 'instagram',
        post_type: 'story',
        content: 'Cinnamon rolls, still warm',
        primary_image_url: media.cinnamonRoll,
      },
    },
    {
      what: 'text',
      by: ben,
      // The custom agent writes microseconds.
      when: { ...clock(ben), scheduled_time: `${String(clock(ben)['scheduled_time'])}.123456` },
      row: {
        platform: 'linkedin',
        post_type: 'post',
        title: 'Three apprentices, three years',
        content: 'Three apprentices (two from the village) passed their exam this week. #proud_of_them',
        hashtags: ['training'],
        metadata: { ...author(ben, 'member'), generated_by: 'custom_content_agent' },
      },
    },
    {
      what: 'link',
      by: asha,
      when: clock(asha),
      row: {
        platform: 'linkedin',
        post_type: 'article',
        title: 'What a loaf costs',
        content:
          'Flour, salt, water, rent: we wrote down what a loaf costs. https://raobakes.example/what-a-loaf-costs',
        metadata: author(asha, 'organization'),
      },
    },
    {
      what: 'document',
      by: asha,
      when: clock(asha),
      row: {
        platform: 'linkedin',
        post_type: 'post',
        title: 'Winter menu',
        content: 'Our winter menu for offices, from one tray up.',
        hashtags: ['catering'],
        primary_image_url: media.menu,
        metadata: author(asha, 'organization'),
      },
    },
    {
      what: 'link with a picture',
      by: asha,
      when: clock(asha),
      row: {
        platform: 'bluesky',
        post_type: 'post',
        title: 'Order before Christmas',
        content: 'Stollen needs three weeks to ripen. Orders are open:',
        hashtags: ['RaoBakes'],
        primary_image_url: media.sourdough,
        metadata: { publish_options: { link: 'https://raobakes.example/stollen', language: 'en' } },
      },
    },
    {
      what: 'poll',
      by: ben,
      when: clock(ben),
      row: {
        platform: 'mastodon',
        post_type: 'post',
        content: 'Which tyres do you ride in winter?',
        metadata: {
          publish_options: {
            poll: { options: ['Studded', 'Wide ones', 'None, I walk'], duration_minutes: 1440 },
          },
        },
      },
    },
  ];
}
