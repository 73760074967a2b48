import { createHash, createHmac } from 'node:crypto'
import type { IncrementalHash } from '../backend.ts'
import { checkBytes, type KeyBytes, keyBytes } from '../length.ts'
import { unfinished } from '../sodium/incremental.ts'

/** SHA-256 piece by piece. */
export function createSha256(): IncrementalHash {
  return incremental(createHash('sha256'))
}

/** HMAC-SHA-256 piece by piece, under a key of any length. */
export function createHmacSha256(input: { readonly key: KeyBytes }): IncrementalHash {
  return incremental(createHmac('sha256', keyBytes(input.key, 'key')))
}

function incremental(hash: { update(message: Uint8Array): unknown; digest(): Uint8Array }): IncrementalHash {
  let state: typeof hash | undefined = hash
  return {
    update: (message) => {
      checkBytes(message, 'message')
      unfinished(state).update(message)
    },
    digest: () => {
      const live = unfinished(state)
      state = undefined
      return new Uint8Array(live.digest())
    },
  }
}
