const PREFIX = '/storage/v1';

/**
 * lite answers a request to sign with {"signedUrl": "/storage/v1/object/sign/…"}; hosted Storage, and supabase-js that
 * reads it, call it signedURL and leave the prefix out.
 */
export async function nameSignedUrl(response: Response): Promise<Response> {
  if (!response.ok) return response;
  const answer: unknown = await response.json();
  const signed =
    typeof answer === 'object' && answer !== null && 'signedUrl' in answer ? String(answer.signedUrl) : '';
  return Response.json({ signedURL: signed.startsWith(PREFIX) ? signed.slice(PREFIX.length) : signed });
}
