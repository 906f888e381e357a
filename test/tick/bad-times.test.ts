import { beforeAll, describe, expect, it } from 'vitest';
import {
  changedParts,
  installedLongAgo,
  letTimePass,
  metadataOf,
  minutesAgo,
  publicPosts,
  publishErrorOf,
  readRow,
  wallClock,
} from '../support/app-rows.ts';
import { addPerson, connect, schedule, scheduleCampaignPost } from '../support/people.ts';
import { openPublisher, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const rowOf = (id: string) => readRow(publisher().supabase, 'created_content', id);
const HOUR = 60;

async function someone(zone: string | null) {
  const person = await addPerson(publisher(), zone);
  return { person, page: await connect(publisher(), person, 'facebook') };
}

describe('a row saved with status first and time later', () => {
  it('has its problem at once, stays scheduled, and goes out when the time is there', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone('Asia/Kolkata');
    const { id } = await schedule(publisher(), person, { scheduled_at: null });
    const before = await rowOf(id);
    const { summary, notices } = await run({ userId: person.id });
    const half = await rowOf(id);
    expect(publishErrorOf(half)).toMatchObject({ kind: 'unusable', code: 'TIME_MISSING' });
    expect(half.status).toBe('scheduled');
    expect(changedParts(before, half)).toEqual(['metadata.publish_error', 'updated_at']);
    expect(summary).toMatchObject({ claimed: 0, failed: 0 });
    expect(notices).toEqual([]);

    await supabase.sql`update public.created_content set scheduled_at = now() - interval '1 second' where id = ${id}`;
    await run({ userId: person.id });
    const done = await rowOf(id);
    expect(done.status).toBe('published');
    expect(metadataOf(done)).not.toHaveProperty('publish_error');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });

  it('becomes a draft after fifteen minutes without a time, and keeps the reason', async () => {
    const { run } = publisher();
    const { person, page } = await someone('Asia/Kolkata');
    const { id } = await schedule(publisher(), person, { scheduled_at: null });
    await run({ userId: person.id });
    await letTimePass(publisher(), 14 * 60);
    await run({ userId: person.id });
    expect((await rowOf(id)).status).toBe('scheduled');
    await letTimePass(publisher(), 2 * 60);
    await run({ userId: person.id });
    await run({ userId: person.id });
    const row = await rowOf(id);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row).code).toBe('TIME_MISSING');
    expect(publicPosts(publisher(), page.id)).toEqual([]);
  });

  it('goes out when it was scheduled again after it had become a draft', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone('Asia/Kolkata');
    const { id } = await schedule(publisher(), person, { scheduled_at: null });
    await run({ userId: person.id });
    await letTimePass(publisher(), 16 * 60);
    await run({ userId: person.id });
    await supabase.sql`update public.created_content set status = 'scheduled', scheduled_at = now() where id = ${id}`;
    await run({ userId: person.id });
    expect((await rowOf(id)).status).toBe('published');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });
});

describe('local time written into scheduled_at by the chat', () => {
  // Read as UTC it would be hours off: 5:30 late in India, 4 or 5 hours early in New York.
  it.each(['Asia/Kolkata', 'America/New_York', 'Pacific/Chatham'])(
    'is the wall clock of %s',
    async (zone) => {
      const { run } = publisher();
      const { person, page } = await someone(zone);
      const chat = (minutes: number) => {
        const { date, time } = wallClock(zone, minutes);
        return { scheduled_date: date, scheduled_time: time, scheduled_at: `${date} ${time}` };
      };
      const due = await schedule(publisher(), person, chat(1));
      const later = await schedule(publisher(), person, chat(-2));
      await run({ userId: person.id });
      expect((await rowOf(due.id)).status).toBe('published');
      expect((await rowOf(later.id)).status).toBe('scheduled');
      expect(publicPosts(publisher(), page.id).map(({ text }) => text)).toEqual([due.content]);
    },
  );

  it('does not hide an edit: where the columns differ, scheduled_at wins, with a warning', async () => {
    const { run } = publisher();
    const { person, page } = await someone('Asia/Kolkata');
    const { date, time } = wallClock('Asia/Kolkata', -3 * HOUR);
    const { id } = await schedule(publisher(), person, {
      scheduled_date: date,
      scheduled_time: time,
      scheduled_at: minutesAgo(1),
    });
    const { log } = await run({ userId: person.id });
    expect((await rowOf(id)).status).toBe('published');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
    expect(log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/scheduled_at .* counts/),
    );
  });
});

describe('date and time by the wall clock of the owner', () => {
  it.each([
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'America/St_Johns',
    'Pacific/Kiritimati',
    'america/los_angeles',
  ])('go out on the minute in %s, in both tables, whatever the zone of this process', async (zone) => {
    const { run, supabase } = publisher();
    const { person, page } = await someone(zone);
    const at = (minutes: number) => {
      const { date, time } = wallClock(zone, minutes);
      return { scheduled_date: date, scheduled_time: `${time}.987654` };
    };
    const due = await schedule(publisher(), person, { scheduled_at: null, ...at(1) });
    const campaign = await scheduleCampaignPost(publisher(), person, at(1));
    const later = await schedule(publisher(), person, { scheduled_at: null, ...at(-2) });
    const campaignLater = await scheduleCampaignPost(publisher(), person, at(-2));
    const own = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      await run({ userId: person.id });
    } finally {
      process.env['TZ'] = own;
    }
    expect((await rowOf(due.id)).status).toBe('published');
    expect((await readRow(supabase, 'content_posts', campaign.id)).status).toBe('published');
    expect((await rowOf(later.id)).status).toBe('scheduled');
    expect((await readRow(supabase, 'content_posts', campaignLater.id)).status).toBe('scheduled');
    expect(publicPosts(publisher(), page.id)).toHaveLength(2);
  });
});

describe('an owner without a usable zone', () => {
  const wallTime = () => {
    const { date, time } = wallClock('Asia/Kolkata', 1);
    return { scheduled_at: null, scheduled_date: date, scheduled_time: time };
  };

  it.each([
    ['IST', 'ZONE_UNUSABLE', /“IST” in profiles\.timezone/],
    ['UTC+5:30', 'ZONE_UNUSABLE', /“UTC\+5:30”/],
    ['', 'ZONE_MISSING', /names a time zone/],
    ['  ', 'ZONE_MISSING', /names a time zone/],
    [null, 'ZONE_MISSING', /names a time zone/],
  ])('is told, and never taken as UTC: %j', async (zone, code, says) => {
    const { run } = publisher();
    const { person, page } = await someone(zone);
    const { id } = await schedule(publisher(), person, wallTime());
    await run({ userId: person.id });
    expect(publishErrorOf(await rowOf(id))).toMatchObject({ code, message: expect.stringMatching(says) });
    expect((await rowOf(id)).status).toBe('scheduled');
    expect(publicPosts(publisher(), page.id)).toEqual([]);
  });

  it('can still publish at an instant', async () => {
    const { run } = publisher();
    const { person } = await someone('IST');
    const { id } = await schedule(publisher(), person);
    await run({ userId: person.id });
    expect((await rowOf(id)).status).toBe('published');
  });

  it('gets DEFAULT_TIMEZONE where nothing is named, but not in place of something wrong', async () => {
    const { run } = publisher();
    const env = { DEFAULT_TIMEZONE: 'Asia/Kolkata' };
    const [none, wrong] = [await someone(''), await someone('IST')];
    const taken = await schedule(publisher(), none.person, wallTime());
    const refused = await schedule(publisher(), wrong.person, wallTime());
    await run({ userId: none.person.id, env });
    await run({ userId: wrong.person.id, env });
    expect((await rowOf(taken.id)).status).toBe('published');
    expect(publishErrorOf(await rowOf(refused.id)).code).toBe('ZONE_UNUSABLE');
  });

  it('has the posts planned again when the profile is corrected', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone('IST');
    const { id } = await schedule(publisher(), person, wallTime());
    const campaign = await scheduleCampaignPost(publisher(), { ...person, zone: 'Asia/Kolkata' });
    await run({ userId: person.id });
    await supabase.sql`update public.profiles set timezone = 'Asia/Kolkata' where id = ${person.id}`;
    await run({ userId: person.id });
    expect((await rowOf(id)).status).toBe('published');
    expect((await readRow(supabase, 'content_posts', campaign.id)).status).toBe('published');
    expect(publicPosts(publisher(), page.id)).toHaveLength(2);
  });

  it('can name a zone on the post itself', async () => {
    const { run } = publisher();
    const { person } = await someone('IST');
    const { id } = await schedule(publisher(), person, {
      ...wallTime(),
      metadata: { timezone: 'Asia/Kolkata' },
    });
    await run({ userId: person.id });
    expect((await rowOf(id)).status).toBe('published');
  });
});

it('a time that cannot be read is never moved to another moment, where the columns are texts', async () => {
  const own = await openPublisher();
  try {
    const { run, supabase } = own;
    await installedLongAgo(own);
    await supabase.sql.unsafe(`alter table public.created_content
      alter column scheduled_at type text, alter column scheduled_date type text, alter column scheduled_time type text`);
    const person = await addPerson(own, 'Asia/Kolkata');
    const page = await connect(own, person, 'facebook');
    const { date } = wallClock('Asia/Kolkata');
    const bad = [
      await schedule(own, person, { scheduled_at: 'tomorrow at nine' }),
      await schedule(own, person, {
        scheduled_at: null,
        scheduled_date: date,
        scheduled_time: 'half past nine',
      }),
      await schedule(own, person, { scheduled_at: null, scheduled_date: '31/12', scheduled_time: '09:00' }),
    ];
    const good = await schedule(own, person, { scheduled_at: minutesAgo(1) });
    await run();
    for (const { id } of bad) {
      const row = await readRow(supabase, 'created_content', id);
      expect(publishErrorOf(row).code).toBe('TIME_UNREADABLE');
      expect(row.status).toBe('scheduled');
    }
    expect((await readRow(supabase, 'created_content', good.id)).status).toBe('published');
    expect(publicPosts(own, page.id)).toHaveLength(1);
  } finally {
    await own.stop();
  }
});
