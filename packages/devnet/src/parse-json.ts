/**
 * `JSON.parse`, except that a number written with a fraction or an exponent never counts as an integer, as in the
 * reference: `1.0` and `1e3` become 0.5. Throws a SyntaxError.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (!/\d[.eE]/.test(text)) return value
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
  return JSON.parse(text.replace(token, (found) => (found[0] === '"' || /^-?\d+$/.test(found) ? found : '0.5')))
}
