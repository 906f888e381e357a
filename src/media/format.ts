const MIB = 1_048_576;

/** '8 MB', '12.4 MB', '75 KB'. Limits of platforms are multiples of 1,000,000 or of 1,048,576: `like` names which. */
export function formatBytes(bytes: number, like = bytes): string {
  const million = like % 1_000_000 === 0 || (like < 1_000_000 && like % 1_000 === 0) ? 1_000_000 : MIB;
  const thousand = million === MIB ? 1_024 : 1_000;
  if (bytes >= million * 1_000) return `${trim(bytes / (million * thousand), 1)} GB`;
  if (bytes >= million) return `${trim(bytes / million, 1)} MB`;
  return bytes >= thousand ? `${trim(bytes / thousand, 0)} KB` : `${bytes} bytes`;
}

/** A found size beside its limit, with so many digits that they never look equal. */
export function formatBytesBeside(found: number, limit: number): string {
  const short = formatBytes(found, limit);
  return short === formatBytes(limit) ? `${found.toLocaleString('en')} bytes` : short;
}

/** '2.5 s', '3 min', '15 min 20 s' */
export function formatDuration(ms: number): string {
  if (ms < 90_000) return `${trim(ms / 1_000, 2)} s`;
  const seconds = Math.round(ms / 1_000);
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

export function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
