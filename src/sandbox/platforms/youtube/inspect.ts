import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';

interface Inspected {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
}

/** What an uploaded file really is; null when it is no video that can be read. */
export async function inspectVideo(file: string): Promise<Inspected | null> {
  const input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(file) });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null) return null;
    const [width, height, seconds] = await Promise.all([
      track.getDisplayWidth(),
      track.getDisplayHeight(),
      input.computeDuration(),
    ]);
    return { width, height, seconds };
  } catch {
    // Unsupported or broken: that is the answer.
    return null;
  } finally {
    input.dispose();
  }
}
