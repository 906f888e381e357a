const LINES = [
  [28, 'Kornblume Bakery'],
  [16, 'Autumn menu'],
  [13, 'Sourdough, 24 h proof          5.80'],
  [13, 'Rye and caraway                4.90'],
  [13, 'Plum crumble                   3.40'],
  [13, 'Cinnamon roll (Wednesdays)     2.90'],
  [13, 'Filter coffee, bottomless      3.20'],
] as const;

/** One page A5 with a standard font: the smallest PDF that viewers show as a real menu. ISO 32000-1, 7.5. */
export function menuPdf(): Buffer {
  let y = 520;
  const drawn = LINES.map(([size, words]) => {
    y -= size * 2.2;
    const font = size > 14 ? '/F1' : '/F2';
    return `BT ${font} ${size} Tf 48 ${y.toFixed(0)} Td (${words.replace(/[()\\]/g, '\\$&')}) Tj ET`;
  });
  const page = `0.98 0.94 0.88 rg 0 0 420 595 re f 0.29 0.17 0.09 rg\n${drawn.join('\n')}`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>',
    `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>',
  ];
  let out = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = out.length;
    out += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(out, 'latin1');
}
