import { describe, expect, it } from 'vitest';
import { fileHint, mediaUrlProblem } from './media-url.ts';

describe('fileHint', () => {
  it.each([
    ['https://a.test/x.png', 'image'],
    ['https://a.test/x.JPEG?token=a.mp4', 'image'],
    ['https://a.test/storage/v1/object/sign/b/clip.mp4?token=x', 'video'],
    ['https://a.test/x.MOV', 'video'],
    ['https://a.test/deck.pptx', 'document'],
    ['https://a.test/x.pdf#page=2', 'document'],
    ['https://a.test/v1.2/file', null],
    ['https://video.mp4', null],
    ['https://a.test/', null],
    ['', null],
  ])('reads %s as %s', (url, hint) => {
    expect(fileHint(url)).toBe(hint);
  });
});

describe('mediaUrlProblem', () => {
  it.each(['https://a.test/x.png', 'http://127.0.0.1:54321/x.png', 'https://a.test/two words.png'])(
    'accepts %s',
    (url) => {
      expect(mediaUrlProblem(url, 'the image')).toBeNull();
    },
  );

  it.each([
    ['data:image/png;base64,iVBORw0KGgo=', 'data:'],
    ['blob:https://app.test/1-2', 'blob:'],
    ['file:///etc/passwd', 'file:'],
    ['https://drive.google.com/file/d/1AbC/view', 'Google Drive'],
    ['https://docs.google.com/uc?id=1AbC', 'Google Drive'],
    ['https://rao:S3cret@a.test/x.png', 'a password'],
    ['https://rao@a.test/x.png', 'a password'],
    ['uploads/x.png', 'not a web address'],
    ['', 'not a web address'],
  ])('refuses %s, naming the file but not its address', (url, words) => {
    const found = mediaUrlProblem(url, 'file 2 of 3');
    expect(found).toMatchObject({
      kind: 'rejected',
      code: 'MEDIA_URL_UNUSABLE',
      hint: expect.stringContaining('Upload'),
    });
    expect(found?.message).toContain('file 2 of 3');
    expect(found?.message).toContain(words);
    if (url !== '') expect(found?.message).not.toContain(url);
  });
});
