/**
 * supabase-js sends a Blob as multipart/form-data, the file under the name ''; lite looks for a part named 'file'.
 * So the file becomes the request's body, and the form's cacheControl (seconds) its header.
 */
export async function unwrapUpload(request: Request): Promise<Request> {
  const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data') ?? false;
  if (!isForm) return request;
  const form = await request.formData();
  const file = [...form.values()].find((part) => typeof part !== 'string');
  const headers = new Headers(request.headers);
  headers.set('content-type', file?.type || 'application/octet-stream');
  headers.set('content-length', String(file?.size ?? 0));
  const maxAge = form.get('cacheControl');
  if (typeof maxAge === 'string') headers.set('cache-control', `max-age=${maxAge}`);
  return new Request(request.url, { method: request.method, headers, body: file ?? '' });
}
