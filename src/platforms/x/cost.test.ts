import { expect, it } from 'vitest';
import { facts } from '../../../test/support/platform-examples.ts';
import { examplePost, withText } from '../../../test/support/platform-media.ts';
import type { Post } from '../../core/post.ts';
import { cost } from './cost.ts';

const example = { name: 'text', kind: 'text', account: facts.x.accounts[0], files: [] } as const;
const post = (text: string, over: Partial<Post> = {}): Post => ({
  ...withText(examplePost('x', example, []), text),
  ...over,
});

it.each([
  ['a text', post('Hello'), '0.015 of'],
  ['a text with an address', post('Hello example.com'), '0.200 of'],
  ['a link', post('Hello', { link: { url: 'https://example.com/a' } }), '0.200 of'],
  [
    'a thread of three with an address in one',
    post(`${'word '.repeat(120)}example.com`, { options: { thread: true } }),
    '0.230 of the prepaid credits for these 3 posts',
  ],
])('%s costs what X takes for it', (_what, of, dollars) => {
  expect(cost(of).sentence).toContain(`X takes about USD ${dollars}`);
});
