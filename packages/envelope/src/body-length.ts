import { MAX_BODY_CODE_POINTS } from './limits.ts'

/** Unicode code points of a text: what limits a message body. Protocol page 02, section 16. */
export function countCodePoints(text: string): number {
  let count = 0
  for (const _character of text) count++
  return count
}

/** The text cut to a number of code points, 2000 when not said; a receiver cuts, it does not reject. */
export function truncateBody(text: string, codePoints: number = MAX_BODY_CODE_POINTS): string {
  if (text.length <= codePoints) return text
  let end = 0
  for (let left = codePoints; left > 0 && end < text.length; left--)
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  return text.slice(0, end)
}
