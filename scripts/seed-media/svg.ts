/** Small helpers for pictures drawn as SVG. */

export function svg(width: number, height: number, defs: string, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><defs>${defs}</defs>${body}</svg>`;
}

export function gradient(id: string, from: string, to: string, angle: 'down' | 'across' = 'down'): string {
  const end = angle === 'down' ? 'x2="0" y2="1"' : 'x2="1" y2="1"';
  return `<linearGradient id="${id}" x1="0" y1="0" ${end}><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
}

export function glow(id: string, color: string, opacity: number): string {
  return `<radialGradient id="${id}"><stop offset="0" stop-color="${color}" stop-opacity="${opacity}"/><stop offset="1" stop-color="${color}" stop-opacity="0"/></radialGradient>`;
}

export interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly font?: string;
  readonly weight?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly italic?: boolean;
  readonly spacing?: number;
}

export function text(x: number, y: number, words: string, style: TextStyle): string {
  const { size, fill, font = 'EB Garamond', weight = 400, anchor = 'middle', spacing = 0 } = style;
  const italic = style.italic === true ? ' font-style="italic"' : '';
  return `<text x="${x}" y="${y}" font-family="${font}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}" letter-spacing="${spacing}"${italic}>${words}</text>`;
}

/** Points on a circle, for spokes, teeth and seeds. */
export function around(count: number, draw: (angle: number, index: number) => string): string {
  return Array.from({ length: count }, (_, index) => draw((index / count) * 2 * Math.PI, index)).join('');
}

export function polar(x: number, y: number, radius: number, angle: number): readonly [number, number] {
  return [round(x + radius * Math.cos(angle)), round(y + radius * Math.sin(angle))];
}

/** The same picture on every run: no Math.random. */
export function scatter(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
