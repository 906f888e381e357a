import { around, glow, gradient, polar, round, scatter, svg, text } from './svg.ts';

const CREAM = '#fbf1e1';
const INK = '#4a2c17';

export function sourdough(): string {
  const defs =
    gradient('wall', '#f6dfc0', '#e9bd86') +
    gradient('table', '#7b4a27', '#5a331a') +
    gradient('crust', '#d98f45', '#8b4a1c') +
    glow('sun', '#fff6dd', 0.9);
  const random = scatter(7);
  const flour = Array.from({ length: 90 }, () => {
    const [x, y, r] = [round(random() * 1080), round(1010 + random() * 320), round(1 + random() * 4)];
    return `<circle cx="${x}" cy="${y}" r="${r}" fill="#fff" opacity="0.55"/>`;
  });
  const cuts = [-150, -50, 50, 150].map(
    (dx) =>
      `<path d="M${470 + dx} 900 q60 -130 170 -190" stroke="#f8dfb4" stroke-width="26" fill="none" stroke-linecap="round"/><path d="M${478 + dx} 904 q60 -124 164 -182" stroke="#c07a35" stroke-width="6" fill="none" stroke-linecap="round"/>`,
  );
  const steam = [380, 540, 700].map(
    (x, index) =>
      `<path d="M${x} ${610 - index * 20} c-60 -70 60 -110 0 -190 c-50 -70 40 -100 10 -150" stroke="#fff" stroke-width="16" fill="none" opacity="0.5" stroke-linecap="round"/>`,
  );
  return svg(
    1080,
    1350,
    defs,
    `<rect width="1080" height="1350" fill="url(#wall)"/><circle cx="820" cy="260" r="420" fill="url(#sun)"/>
    <rect y="960" width="1080" height="390" fill="url(#table)"/>${flour.join('')}
    <ellipse cx="540" cy="1050" rx="420" ry="46" fill="#3a1f0e" opacity="0.45"/>
    <path d="M130 960 C130 690 330 590 540 590 C750 590 950 690 950 960 C950 1060 850 1070 540 1070 C230 1070 130 1060 130 960 Z" fill="url(#crust)"/>
    ${cuts.join('')}${steam.join('')}
    ${text(540, 180, 'Sourdough Saturday', { size: 104, fill: INK, weight: 700 })}
    ${text(540, 250, 'out of the oven at seven', { size: 52, fill: INK, italic: true })}
    ${text(540, 1280, 'KORNBLUME BAKERY', { size: 34, fill: CREAM, font: 'Lato', weight: 700, spacing: 8 })}`,
  );
}

export function croissant(): string {
  const segments = [-3, -2, -1, 0, 1, 2, 3].map((index) => {
    const angle = index * 24;
    const height = 215 - Math.abs(index) * 30;
    return `<g transform="rotate(${angle} 540 760)"><ellipse cx="540" cy="430" rx="${118 - Math.abs(index) * 12}" ry="${height}" fill="url(#dough)" stroke="#a7611f" stroke-width="7"/><path d="M500 ${430 - height * 0.55} q-24 ${height * 0.5} 4 ${height}" stroke="#ffe2ab" stroke-width="16" fill="none" stroke-linecap="round" opacity="0.75"/></g>`;
  });
  // The middle lies on top of the ends.
  const order = [0, 6, 1, 5, 2, 4, 3].map((index) => segments[index]).join('');
  return svg(
    1080,
    1080,
    gradient('dough', '#f3b45c', '#c1732a'),
    `<ellipse cx="540" cy="770" rx="360" ry="34" fill="#000" opacity="0.12"/>${order}
    ${text(540, 920, 'butter, time, nothing else', { size: 76, fill: INK, italic: true })}`,
  );
}

export function cinnamonRoll(): string {
  const spiral = Array.from({ length: 160 }, (_, index) => {
    const [x, y] = polar(540, 500, 20 + index * 1.85, index * 0.145);
    return `${index === 0 ? 'M' : 'L'}${x} ${y}`;
  }).join(' ');
  const drops = around(9, (angle, index) => {
    const [x, y] = polar(540, 500, 250 + (index % 3) * 30, angle);
    return `<ellipse cx="${x}" cy="${y}" rx="46" ry="30" fill="#fffaf0" opacity="0.92" transform="rotate(${round((angle * 180) / Math.PI)} ${x} ${y})"/>`;
  });
  return svg(
    1080,
    1080,
    gradient('pink', '#f7cfc4', '#ec9f93', 'across') + gradient('bun', '#eab676', '#bb7632'),
    `<rect width="1080" height="1080" fill="url(#pink)"/><circle cx="540" cy="530" r="372" fill="#7a3b2a" opacity="0.25"/>
    <circle cx="540" cy="500" r="372" fill="#fff"/><circle cx="540" cy="500" r="330" fill="url(#bun)"/>
    <path d="${spiral}" stroke="#7c431a" stroke-width="20" fill="none" stroke-linecap="round"/>${drops}
    ${text(540, 1000, 'Cinnamon rolls, Wednesdays only', { size: 62, fill: INK, weight: 700 })}`,
  );
}

export function openingHours(): string {
  const stripes = Array.from(
    { length: 13 },
    (_, index) =>
      `<path d="M${index * 100 - 50} 0 h100 v120 a50 50 0 0 1 -100 0 Z" fill="${index % 2 === 0 ? '#2f5d62' : CREAM}"/>`,
  );
  return svg(
    1200,
    628,
    gradient('shop', '#fdf5e6', '#f3dfc0'),
    `<rect width="1200" height="628" fill="url(#shop)"/>${stripes.join('')}
    ${text(600, 300, 'We open at six.', { size: 108, fill: INK, weight: 700 })}
    ${text(600, 372, 'Because your train leaves at half past.', { size: 50, fill: INK, italic: true })}
    <rect x="330" y="430" width="540" height="92" rx="46" fill="#2f5d62"/>
    ${text(600, 490, 'Mon – Sat  6:00 – 18:00', { size: 42, fill: CREAM, font: 'Lato', weight: 700 })}
    ${text(600, 584, 'KORNBLUME BAKERY · LINDENSTRASSE 4', { size: 24, fill: INK, font: 'Lato', weight: 700, spacing: 5 })}`,
  );
}
