import { around, glow, gradient, polar, svg, text } from './svg.ts';

const NIGHT = '#12263a';
const SAND = '#fdebd0';

function wheel(x: number, y: number, radius: number, color: string): string {
  const spokes = around(18, (angle) => {
    const [toX, toY] = polar(x, y, radius - 8, angle);
    return `<line x1="${x}" y1="${y}" x2="${toX}" y2="${toY}" stroke="${color}" stroke-width="2" opacity="0.7"/>`;
  });
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${color}" stroke-width="16"/>${spokes}<circle cx="${x}" cy="${y}" r="14" fill="${color}"/>`;
}

function bike(x: number, y: number, scale: number, frame: string, dark: string): string {
  const tube = (path: string, color = frame, width = 15) =>
    `<path d="${path}" stroke="${color}" stroke-width="${width}" fill="none" stroke-linecap="round" stroke-linejoin="round"/>`;
  return `<g transform="translate(${x} ${y}) scale(${scale})">${wheel(-235, 0, 165, dark)}${wheel(235, 0, 165, dark)}
    ${tube('M-235 0 L-20 20 L-90 -230 Z')}${tube('M-82 -205 L165 -225 L-20 20')}${tube('M150 -265 L235 0')}
    ${tube('M-95 -250 h-0.1 M-140 -262 q50 -18 100 0', dark, 22)}${tube('M150 -265 l-8 -30 h70 q40 14 18 52', dark, 14)}
    <circle cx="-20" cy="20" r="44" fill="none" stroke="${dark}" stroke-width="12"/>${tube('M-20 20 L25 80', dark, 12)}</g>`;
}

function hills(colors: readonly string[], base: number, step: number, width: number, height: number): string {
  return colors
    .map((color, index) => {
      const y = base + index * step;
      const shift = index * 140;
      return `<path d="M0 ${y} q${160 + shift} ${-190 + index * 30} ${width / 2} ${-20 + index * 10} t${width / 2} -30 V${height} H0 Z" fill="${color}"/>`;
    })
    .join('');
}

export function roadBike(): string {
  return svg(
    1080,
    1350,
    gradient('sky', '#fbc687', '#ea5c63') + glow('sun', '#fff3c9', 1),
    `<rect width="1080" height="1350" fill="url(#sky)"/><circle cx="760" cy="430" r="330" fill="url(#sun)"/>
    ${hills(['#b5485d', '#7c3658', '#4a2a4f'], 760, 110, 1080, 1350)}
    <rect y="1130" width="1080" height="220" fill="${NIGHT}"/><path d="M0 1210 H1080" stroke="#e9d8a6" stroke-width="8" stroke-dasharray="70 50"/>
    ${bike(540, 945, 1.15, '#fdf0d5', NIGHT)}
    ${text(540, 170, 'New: the Sirocco 3', { size: 96, fill: NIGHT, font: 'Quicksand', weight: 700 })}
    ${text(540, 240, '8.4 kg · steel fork · test rides on Friday', { size: 44, fill: NIGHT, font: 'Quicksand' })}
    ${text(540, 1310, 'RADHAUS NORD', { size: 34, fill: SAND, font: 'Lato', weight: 700, spacing: 8 })}`,
  );
}

export function chainring(): string {
  const teeth = around(44, (angle) => {
    const [x, y] = polar(540, 480, 352, angle);
    return `<circle cx="${x}" cy="${y}" r="17" fill="#3d4f60"/>`;
  });
  const arms = around(5, (angle) => {
    const [x, y] = polar(540, 480, 300, angle - Math.PI / 2);
    return `<line x1="540" y1="480" x2="${x}" y2="${y}" stroke="#3d4f60" stroke-width="56" stroke-linecap="round"/><circle cx="${x}" cy="${y}" r="18" fill="#d9e2ec"/>`;
  });
  return svg(
    1080,
    1080,
    '',
    `${teeth}<circle cx="540" cy="480" r="318" fill="none" stroke="#3d4f60" stroke-width="72"/>${arms}
    <circle cx="540" cy="480" r="92" fill="#3d4f60"/><circle cx="540" cy="480" r="44" fill="#f2a541"/>
    ${text(540, 960, 'Spring service: 49 €', { size: 86, fill: '#3d4f60', font: 'Quicksand', weight: 700 })}`,
  );
}

export function mountainPass(): string {
  return svg(
    1080,
    1080,
    gradient('sky', '#a8dadc', '#f1faee') + gradient('rock', '#6d8ea0', '#3a5a6d'),
    `<rect width="1080" height="1080" fill="url(#sky)"/><circle cx="250" cy="230" r="86" fill="#ffd166"/>
    <path d="M120 820 L470 250 L640 520 L760 380 L1080 860 L60 860 Z" fill="url(#rock)"/><path d="M470 250 L380 400 L450 380 L500 430 L556 388 Z" fill="#fff"/><path d="M760 380 L700 460 L770 450 L830 476 Z" fill="#fff"/>
    ${hills(['#8cb369', '#5b8e4b', '#3f6f3a'], 800, 80, 1080, 1080)}
    <path d="M420 1080 C700 1010 330 930 560 880 C690 850 560 800 600 770" stroke="#f4f1de" stroke-width="34" fill="none" stroke-linecap="round"/>
    ${bike(330, 960, 0.42, '#e63946', NIGHT)}
    ${text(1020, 140, '62 km', { size: 120, fill: NIGHT, font: 'Quicksand', weight: 700, anchor: 'end' })}
    ${text(1020, 200, 'Sunday ride, 940 m up', { size: 46, fill: NIGHT, font: 'Quicksand', anchor: 'end' })}`,
  );
}

export function winterTyres(): string {
  return svg(
    1200,
    628,
    gradient('dusk', '#1d3557', '#457b9d', 'across'),
    `<rect width="1200" height="628" fill="url(#dusk)"/><g opacity="0.95">${wheel(985, 314, 215, '#f1faee')}${wheel(985, 314, 165, '#f2a541')}</g>
    ${text(70, 250, 'Grip for grey days', { size: 76, fill: '#f1faee', font: 'Quicksand', weight: 700, anchor: 'start' })}
    ${text(70, 322, 'Five winter tyres, ridden and compared', { size: 36, fill: '#f1faee', font: 'Quicksand', anchor: 'start' })}
    <rect x="70" y="390" width="300" height="78" rx="39" fill="#f2a541"/>${text(220, 442, 'Read the test', { size: 36, fill: NIGHT, font: 'Quicksand', weight: 700 })}
    ${text(70, 572, 'RADHAUS NORD', { size: 26, fill: '#f1faee', font: 'Lato', weight: 700, spacing: 6, anchor: 'start' })}`,
  );
}
