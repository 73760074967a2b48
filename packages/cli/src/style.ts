import yoctocolors from 'yoctocolors'
import type { Io } from './io.ts'

type Paint = (text: string) => string

export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly blue: Paint
  readonly cyan: Paint
  readonly magenta: Paint
}

const plain: Paint = (text) => text

/** Colours for standard output: only on a terminal, and never with NO_COLOR (https://no-color.org). */
export function styleOf(io: Io): Style {
  const on = io.outIsTerminal && !io.env.NO_COLOR && io.env.TERM !== 'dumb'
  const { bold, dim, red, green, yellow, blue, cyan, magenta } = yoctocolors
  return on
    ? { bold, dim, red, green, yellow, blue, cyan, magenta }
    : { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, blue: plain, cyan: plain, magenta: plain }
}

/**
 * Text from a stranger made safe for a terminal: control characters (escape sequences among them) and bidirectional
 * overrides, and separators that some show as new lines, become visible `\u{…}`; newlines stay.
 */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
  )
}

/** Columns padded to the widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
