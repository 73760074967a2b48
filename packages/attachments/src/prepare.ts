import { checkBytes, checkContentSize } from './check.ts'
import { MAX_SEND_BYTES } from './limits.ts'
import { type StripResult, stripMetadata } from './metadata/strip.ts'

/** A file as it may be sent. */
export interface PreparedFile {
  /** The file without its metadata, or, when `metadata.stripped` is false, a copy as it was. */
  readonly content: Uint8Array
  /** What became of the metadata; tell the user when it was not stripped. */
  readonly metadata: StripResult | { readonly stripped: false; readonly format: null; readonly reason: 'not-asked' }
}

/**
 * What to call on a file before encrypting it: takes metadata out unless told otherwise, and refuses what cannot be sent.
 *
 * Throws `ATTACHMENT_EMPTY`, `ATTACHMENT_TOO_LARGE`.
 */
export function prepareFile(input: {
  readonly content: Uint8Array
  /** `true` when absent. */
  readonly strip?: boolean | undefined
}): PreparedFile {
  const { content, strip = true } = input
  checkBytes(content, 'content')
  const metadata: PreparedFile['metadata'] = strip
    ? stripMetadata({ content })
    : { stripped: false, format: null, reason: 'not-asked' }
  const prepared = metadata.stripped ? metadata.content : new Uint8Array(content)
  checkContentSize(prepared.length, MAX_SEND_BYTES, false)
  return { content: prepared, metadata }
}
