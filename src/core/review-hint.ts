/** What a person does about a post that may be live; the SQL of ID_TAKEN says the same. */
export const reviewHint = (account: string, post: string): string =>
  `Look at ${account}. If the post is there, run "content-publisher resolve ${post} --published <its address>"; if not, run "content-publisher resolve ${post} --not-published".`;
