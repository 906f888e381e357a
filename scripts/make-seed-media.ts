/**
 * Draws the pictures of the demo into supabase/seed/media. The results are committed; run it again only to change them:
 * `npx tsx scripts/make-seed-media.ts` (needs the fonts EB Garamond, Quicksand and Lato: Debian fonts-ebgaramond,
 * fonts-quicksand, fonts-lato). The videos are made from these pictures by scripts/make-fixtures.sh.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import * as bakery from './seed-media/bakery.ts';
import * as cycling from './seed-media/cycling.ts';
import { menuPdf } from './seed-media/menu-pdf.ts';

const folder = new URL('../supabase/seed/media/', import.meta.url);
await mkdir(folder, { recursive: true });

const jpeg = (svg: string) =>
  sharp(Buffer.from(svg)).flatten().jpeg({ quality: 88, mozjpeg: true }).toBuffer();
const png = (svg: string) =>
  sharp(Buffer.from(svg)).png({ palette: true, quality: 90, effort: 10 }).toBuffer();
const webp = (svg: string) => sharp(Buffer.from(svg)).flatten().webp({ quality: 86 }).toBuffer();

const files = {
  'bakery-sourdough.jpg': jpeg(bakery.sourdough()),
  'bakery-croissant.png': png(bakery.croissant()),
  'bakery-cinnamon-roll.webp': webp(bakery.cinnamonRoll()),
  'bakery-opening-hours.jpg': jpeg(bakery.openingHours()),
  'bakery-menu.pdf': menuPdf(),
  'cycling-road-bike.jpg': jpeg(cycling.roadBike()),
  'cycling-chainring.png': png(cycling.chainring()),
  'cycling-mountain-pass.jpg': jpeg(cycling.mountainPass()),
  'cycling-winter-tyres.jpg': jpeg(cycling.winterTyres()),
};

for (const [name, making] of Object.entries(files)) {
  const bytes = await making;
  await writeFile(new URL(name, folder), bytes);
  console.log(`${name} ${bytes.length} bytes`);
}
