const QUOTE = 0x22
const BACKSLASH = 0x5c
// The digits that a double holds whatever they are.
const EXACT_DIGITS = 15

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
/** Digits, sign, point and exponent: what a number of JSON is made of. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === 0x2d || code === 0x2b || code === 0x2e || code === 0x45 || code === 0x65

/**
 * Puts quotes around the integers of a JSON text that have more than 15 digits, so that `JSON.parse` gives them as
 * exact text. Strings, fractions and short integers stay. One pass, linear, for whatever text.
 */
export function quoteLongIntegers(text: string): string {
  const pieces: string[] = []
  let kept = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      for (i++; i < text.length && text.charCodeAt(i) !== QUOTE; i++) if (text.charCodeAt(i) === BACKSLASH) i++
    } else if (isDigit(code) || code === 0x2d) {
      const start = i
      let isInteger = true
      while (i < text.length && isOfNumber(text.charCodeAt(i))) {
        if (i > start && !isDigit(text.charCodeAt(i))) isInteger = false
        i++
      }
      const digits = i - start - (code === 0x2d ? 1 : 0)
      if (isInteger && digits > EXACT_DIGITS) {
        pieces.push(text.slice(kept, start), '"', text.slice(start, i), '"')
        kept = i
      }
      i--
    }
  }
  if (kept === 0) return text
  pieces.push(text.slice(kept))
  return pieces.join('')
}
