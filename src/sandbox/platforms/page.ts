import type { PublicPost } from './simulator.ts';

/** What became public, for a person's browser; newest first. */
export function renderPage(posts: readonly PublicPost[], hasPicture: (sha256: string) => boolean): string {
  const rows = [...posts].reverse().map((post) => renderPost(post, hasPicture));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sandbox: ${posts.length} public posts</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c1e21 }
article { border: 1px solid #dcdfe4; border-radius: 8px; padding: 1rem; margin: 1rem 0 }
header { color: #5b6270; font-size: .875rem } header b { color: #1c1e21 }
p { white-space: pre-wrap; overflow-wrap: anywhere } img { height: 8rem; margin: 0 .5rem .5rem 0; border-radius: 4px }
code { font-size: .8rem; color: #5b6270 }
</style></head><body>
<h1>${posts.length} public posts</h1>
<p>Simulated platforms: nothing here left this machine. <a href="/_sandbox/posts">As JSON</a></p>
${rows.join('\n')}
</body></html>
`;
}

function renderPost(post: PublicPost, hasPicture: (sha256: string) => boolean): string {
  const media = post.media.map((sha256) =>
    hasPicture(sha256)
      ? `<img src="/_sandbox/media/${escapeHtml(sha256)}" alt="">`
      : `<code>media ${escapeHtml(sha256.slice(0, 12))}…</code> `,
  );
  return `<article><header><b>${escapeHtml(post.platform)}</b> · ${escapeHtml(post.account)} · ${escapeHtml(post.kind)} · <time>${escapeHtml(post.at)}</time></header>
<p dir="auto">${escapeHtml(post.text)}</p>${media.join('')}
<code>${escapeHtml(post.id)} · ${escapeHtml(post.url)}</code></article>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
