const NAMES: Readonly<Record<string, string>> = {
  'video/quicktime': 'MOV video',
  'video/x-matroska': 'MKV video',
  'video/x-msvideo': 'AVI video',
  'image/svg+xml': 'SVG image',
  'application/pdf': 'PDF',
  'application/zip': 'ZIP archive',
  'application/msword': 'Word document',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word document',
  'application/vnd.ms-powerpoint': 'PowerPoint document',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PowerPoint document',
  'application/vnd.ms-excel': 'Excel document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel document',
};

/** 'JPEG image', 'MP4 video', 'PDF': a MIME type as people say it. */
export function typeName(mime: string): string {
  const [family = '', kind = ''] = mime.split('/');
  return NAMES[mime] ?? (family === 'application' ? mime : `${kind.toUpperCase()} ${family}`);
}
