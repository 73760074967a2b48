// RFC 3492, with the parameters of its section 5. Encoding only: names are shown as they are stored.
const BASE = 36
const T_MIN = 1
const T_MAX = 26
const SKEW = 38
const DAMP = 700
const FIRST_BIAS = 72
const FIRST_CODE = 128

const digit = (value: number): string => String.fromCharCode(value < 26 ? value + 97 : value + 22)

function adapt(delta: number, points: number, isFirst: boolean): number {
  let rest = isFirst ? Math.floor(delta / DAMP) : delta >> 1
  rest += Math.floor(rest / points)
  let bias = 0
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; bias += BASE) rest = Math.floor(rest / (BASE - T_MIN))
  return bias + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW))
}

/** The punycode of a short text without lone surrogates, without the prefix `xn--`. */
export function punycode(text: string): string {
  const codes = Array.from(text, (character) => character.codePointAt(0) as number)
  let output = codes
    .filter((code) => code < FIRST_CODE)
    .map((code) => String.fromCharCode(code))
    .join('')
  const plain = output.length
  if (plain > 0) output += '-'
  let handled = plain
  let least = FIRST_CODE
  let delta = 0
  let bias = FIRST_BIAS
  while (handled < codes.length) {
    const next = Math.min(...codes.filter((code) => code >= least))
    delta += (next - least) * (handled + 1)
    least = next
    for (const code of codes) {
      if (code < least) delta++
      if (code !== least) continue
      let rest = delta
      for (let k = BASE; ; k += BASE) {
        const limit = Math.min(Math.max(k - bias, T_MIN), T_MAX)
        if (rest < limit) break
        output += digit(limit + ((rest - limit) % (BASE - limit)))
        rest = Math.floor((rest - limit) / (BASE - limit))
      }
      output += digit(rest)
      bias = adapt(delta, handled + 1, handled === plain)
      delta = 0
      handled++
    }
    delta++
    least++
  }
  return output
}
