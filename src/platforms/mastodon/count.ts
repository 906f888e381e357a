import { countGraphemes } from '../../core/graphemes.ts';

/** https://docs.joinmastodon.org/user/posting/#links: app/validators/status_length_validator.rb of mastodon/mastodon. */
const WEB_ADDRESS = /https?:\/\/[^\s<>"“”]+/gi;
const REMOTE_MENTION = /(^|[^\w/])(@\w[\w.-]*)@[\w.-]*\w/g;

/** As readers see them: every address counts the same, of a mention of another server only the name. */
export function countCharacters(text: string, perAddress: number): number {
  return countGraphemes(text.replace(WEB_ADDRESS, 'x'.repeat(perAddress)).replace(REMOTE_MENTION, '$1$2'));
}
