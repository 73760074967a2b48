/** The longest file name that is saved, in bytes of UTF-8. */
export const MAX_FILE_NAME_BYTES: number = 255

/** Marks that let a name show in another order than it is read. */
const BIDI = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i

/** A sender's file name as it may be shown: without marks that turn the direction of writing. */
export function displayFileName(name: string): string {
  return String(name).replace(BIDI, '\ufffd')
}

/**
 * A sender's file name as it may be saved: no path, no control characters, no leading dots, no device name of Windows, at
 * most 255 bytes with its extension kept; `fallback` when nothing is left. Protocol page 07, section 10.
 */
export function safeFileName(name: string, fallback: string = 'session-attachment'): string {
  const readable = displayFileName(name)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it removes
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^[. ]+/, '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
  const cleaned = withoutTail(readable)
  const named = DEVICE.test(cleaned) ? `_${cleaned}` : cleaned
  return named === '' ? fallback : shortened(named)
}

function shortened(name: string): string {
  const size = (text: string): number => new TextEncoder().encode(text).length
  if (size(name) <= MAX_FILE_NAME_BYTES) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && size(name.slice(dot)) <= 32 ? name.slice(dot) : ''
  const room = MAX_FILE_NAME_BYTES - size(extension)
  let stem = ''
  let used = 0
  for (const character of extension === '' ? name : name.slice(0, dot)) {
    used += size(character)
    if (used > room) break
    stem += character
  }
  return withoutTail(stem) + extension
}

/** Without dots and spaces at the end; an expression for it would start anew at each of them. */
function withoutTail(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '.' || text[end - 1] === ' ')) end--
  return text.slice(0, end)
}
