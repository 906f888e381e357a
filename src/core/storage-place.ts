/** A file in the storage of the app's own Supabase project, as an address names it. */
export interface StoragePlace {
  readonly bucket: string;
  readonly name: string;
  /** Which door the address goes through; 'signed' ones carry a permission of their own. */
  readonly door: 'public' | 'signed' | 'closed';
}

const OBJECTS = '/storage/v1/object/';
const DOORS: Readonly<Record<string, StoragePlace['door']>> = {
  public: 'public',
  sign: 'signed',
  authenticated: 'closed',
};

/**
 * null: not an object of the project with this origin. A name with a dot segment is none either: it would be another
 * object by the time that Storage reads it.
 */
export function storagePlace(url: URL, origin: string): StoragePlace | null {
  if (url.origin !== origin || !url.pathname.startsWith(OBJECTS)) return null;
  const [first = '', ...rest] = url.pathname.slice(OBJECTS.length).split('/');
  const door = Object.hasOwn(DOORS, first) ? DOORS[first] : undefined;
  const path = decode((door === undefined ? [first, ...rest] : rest).join('/'));
  const slash = path?.indexOf('/') ?? -1;
  if (path === null || slash < 1) return null;
  const bucket = path.slice(0, slash);
  const name = path.slice(slash + 1);
  if (name === '' || name.split('/').some((part) => part === '.' || part === '..')) return null;
  return { bucket, name, door: door ?? 'closed' };
}

/** As a URL path, each part of the name encoded. */
export function storagePath({ bucket, name }: Pick<StoragePlace, 'bucket' | 'name'>): string {
  return [bucket, ...name.split('/')].map(encodeURIComponent).join('/');
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
