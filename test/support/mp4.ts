import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output } from 'mediabunny';

export interface Mp4Shape {
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  readonly framesPerSecond?: number;
}

// The least an avcC may hold: Baseline profile, one sequence and one picture parameter set.
const AVC_CONFIG = Uint8Array.from([
  1, 0x42, 0xc0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0xc0, 0x1f, 1, 0, 4, 0x68, 0xce, 0x3c, 0x80,
]);

/** A few kilobytes that every reader takes for an H.264 MP4 of that size and length; the pictures in it are empty. */
export async function mp4({
  width = 1080,
  height = 1920,
  seconds = 4,
  framesPerSecond = 25,
}: Mp4Shape = {}): Promise<Buffer> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const source = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(source);
  await output.start();
  const config = { codec: 'avc1.42c01f', codedWidth: width, codedHeight: height, description: AVC_CONFIG };
  for (let frame = 0; frame < seconds * framesPerSecond; frame += 1) {
    const picture = Uint8Array.from([0, 0, 0, 2, 0x65, frame % 256]);
    const packet = new EncodedPacket(picture, 'key', frame / framesPerSecond, 1 / framesPerSecond);
    await source.add(packet, { decoderConfig: config });
  }
  await output.finalize();
  if (target.buffer === null) throw new Error('mediabunny wrote nothing');
  return Buffer.from(target.buffer);
}
