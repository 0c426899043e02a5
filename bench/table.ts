/** Results as text. */
import type { Comparison, Figures, Result, Target } from './bench';
import type { Spread } from './measure';

/** The lines of one benchmark. */
export function resultLines(name: string, results: readonly Result[]): string[] {
  return [
    ...results.flatMap((result) => [
      `${name}${result.size === '' ? '' : `, ${result.size}`}`,
      ...(result.kind === 'comparison' ? comparisonLines(result) : figureLines(result)),
      ...result.targets.map(targetLine),
      '',
    ]),
    ...versionLines(results),
  ];
}

/** Once for all sizes. */
function versionLines(results: readonly Result[]): string[] {
  const lines = new Set(
    results
      .flatMap((result) => (result.kind === 'comparison' ? result.contestants : []))
      .flatMap(({ name, version }) => (version === undefined ? [] : [`  ${name}: ${version}`])),
  );
  return lines.size === 0 ? [] : [...lines, ''];
}

function comparisonLines({ contestants, absent, unit }: Comparison): string[] {
  return columns([
    ...contestants.map(({ name, role, perSecond, oursIsTimes }) => [
      role === 'limit' ? `limit: ${name}` : name,
      `${figure(perSecond.median)} ${unit}/s`,
      oursIsTimes === null
        ? ''
        : `ours is ${figure(oursIsTimes.median)} x (${figure(oursIsTimes.low)} to ${figure(oursIsTimes.high)})`,
    ]),
    ...absent.map(({ name, reason }) => [name, reason, '']),
  ]);
}

function figureLines({ values }: Figures): string[] {
  return columns(
    values.map(({ name, value, unit }) => [name, `${figure(value.median)} ${unit}`, range(value)]),
  );
}

function range({ median, low, high }: Spread): string {
  return low === median && high === median ? '' : `(${figure(low)} to ${figure(high)})`;
}

function targetLine({ text, met }: Target): string {
  return `  ${met ? 'holds' : 'MISSED'}: ${text}`;
}

function columns(rows: readonly string[][]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = [width(0), width(1)];
  return rows.map(([first = '', second = '', third = '']) =>
    `  ${first.padEnd(widths[0] ?? 0)}  ${second.padStart(widths[1] ?? 0)}  ${third}`.trimEnd(),
  );
}

/** Three digits, with separators of thousands. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en-US', {
    maximumFractionDigits: Math.min(digits, 3),
    ...(value >= 1000 ? { maximumSignificantDigits: 3 } : {}),
  });
}
