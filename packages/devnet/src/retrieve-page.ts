import { DELETE, READ, tokenAllows, WRITE } from './authenticate.ts'
import { MAX_RETRIEVE_BYTES } from './limits.ts'

/**
 * Which messages of a box one retrieve returns. `sizes` are the byte lengths of the stored messages in the order of
 * arrival; `after` is the index of the last hash that the client has, or null; zero limits count as unset.
 * Protocol page 04, section 5.2.
 */
export function selectRetrievePage(input: {
  readonly sizes: readonly number[]
  readonly after: number | null
  readonly maxCount?: number
  readonly maxSize?: number
}): { readonly returned: number[]; readonly more: boolean } {
  const { sizes, after } = input
  const maxCount = input.maxCount || undefined
  const asked = input.maxSize || (maxCount === undefined ? -5 : -1)
  const budget = asked > 0 ? Math.min(asked, MAX_RETRIEVE_BYTES) : Math.floor(MAX_RETRIEVE_BYTES / -asked)
  const returned: number[] = []
  let used = 0
  for (let index = after === null ? 0 : after + 1; index < sizes.length; index++) {
    // 100 for the frame, 43 for the hash, and the unpadded base64 of the data.
    used += 143 + Math.floor((sizes[index]! * 4) / 3)
    const full = returned.length === maxCount || (returned.length > 0 && used > budget)
    if (full) return { returned, more: true }
    returned.push(index)
  }
  return { returned, more: false }
}

/** What a subaccount token must hold for a method; "store to outbox" and "expire shorten" are methods of their own here. */
const NEED: ReadonlyMap<string, number> = new Map([
  ['store', WRITE],
  ['store to outbox', WRITE | DELETE],
  ['retrieve', READ],
  ['get_expiries', READ],
  ['delete', DELETE],
  ['delete_all', DELETE],
  ['delete_before', DELETE],
  ['expire', WRITE],
  ['expire shorten', WRITE | DELETE],
  ['expire_all', DELETE],
])

/**
 * Whether a subaccount with this token may use a method on an account with this prefix byte; signatures apart.
 * Protocol page 04, sections 3.2 and 3.4.
 */
export function hasSubaccountAccess(input: {
  readonly method: string
  readonly accountPrefix: number
  readonly tokenPrefix: number
  readonly flags: number
}): boolean {
  const need = NEED.get(input.method)
  if (need === undefined) return false
  const owner = input.accountPrefix.toString(16).padStart(2, '0')
  return tokenAllows({ token: Uint8Array.of(input.tokenPrefix, input.flags), owner, need })
}
