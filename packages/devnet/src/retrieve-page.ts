import { retrievePage } from '@sessionkit/swarm/node'

/**
 * Which messages of a box one retrieve returns. `sizes` are the byte lengths of the stored messages in the order of
 * arrival; `after` is the index of the last hash that the client has, or null; zero limits count as unset.
 * Protocol page 04, section 5.2.
 */
export function selectRetrievePage(input: {
  readonly sizes: readonly number[]
  readonly after: number | null
  readonly maxCount?: number | undefined
  readonly maxSize?: number | undefined
}): { readonly returned: number[]; readonly more: boolean } {
  const { sizes, after: lastIndex, maxCount, maxSize } = input
  const { indices, more } = retrievePage({ sizes, lastIndex, maxCount, maxSize })
  return { returned: [...indices], more }
}
