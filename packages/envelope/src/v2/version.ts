import { requireBytes } from './argument.ts'
import { V2Error } from './error.ts'

/**
 * The version of a message from namespace 0 by its first bytes: 2 for `00 02`, 1 for what does not begin with `00`.
 * Version 1 is for `openMessage`, version 2 for `openV2Message`.
 *
 * Throws `V2_BAD_FORMAT` for no bytes at all, `V2_UNKNOWN_VERSION` for `00` and anything else. Protocol page 10,
 * section 6.1.
 */
export function messageVersion(bytes: Uint8Array): 1 | 2 {
  requireBytes(bytes, 'bytes')
  if (bytes.length === 0) throw new V2Error('V2_BAD_FORMAT', 'message: empty')
  if (bytes[0] !== 0) return 1
  if (bytes[1] === 2) return 2
  throw new V2Error('V2_UNKNOWN_VERSION', 'message: of a version that is not known')
}
