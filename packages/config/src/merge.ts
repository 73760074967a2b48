import { applyDiff, type ConfigDiff } from './diff.ts'
import { ConfigError } from './error.ts'
import { CONFIG_LAG, MAX_SEQNO } from './limits.ts'
import { type ConfigMessage, compareVersions, type Lag } from './message.ts'
import { type ConfigDict, copyDict, prune } from './value.ts'

export type MergeResult =
  | { readonly type: 'winner'; readonly index: number }
  | { readonly type: 'merged'; readonly seqno: number; readonly data: ConfigDict; readonly lags: readonly Lag[] }

/**
 * Resolves parsed messages of one config: either one of them already contains the others and wins as it is, or a new
 * one is made of all. The order of the messages does not matter, except that of equal messages the first wins.
 * Time is linear in the total size. Protocol page 05, section 3.
 *
 * `canMerge` false: the newest wins as it is, for readers of a signed config who cannot sign.
 * Throws `CONFIG_NOTHING_TO_MERGE` for an empty list and `CONFIG_BAD_SEQNO` when no higher seqno is left.
 */
export function mergeConfigMessages(input: {
  readonly messages: readonly ConfigMessage[]
  readonly canMerge?: boolean
}): MergeResult {
  const { messages, canMerge = true } = input
  const max = messages.reduce((highest, message) => Math.max(highest, message.seqno), -1)
  if (max < 0) throw new ConfigError('CONFIG_NOTHING_TO_MERGE', 'merge: no message')
  const superseded = new Set<string>()
  for (const message of messages) for (const lag of message.lags) superseded.add(versionKey(lag))
  const seen = new Set<string>()
  const left: number[] = []
  messages.forEach((message, index) => {
    const key = versionKey(message)
    if (superseded.has(key) || seen.has(key) || message.seqno + CONFIG_LAG <= max) return
    seen.add(key)
    left.push(index)
  })
  const descending = left.sort((a, b) => compareVersions(messages[b]!, messages[a]!))
  // A lag list cannot name a message of its own seqno, so that of the highest seqno nothing is ever superseded.
  if (descending.length === 1 || !canMerge) return { type: 'winner', index: descending[0]! }
  if (max >= MAX_SEQNO) throw new ConfigError('CONFIG_BAD_SEQNO', 'seqno: exhausted')

  const data = copyDict(messages[descending[0]!]!.data)
  const replay = new Map<string, Lag & { readonly source: ConfigDict }>()
  const claim = (version: { seqno: number; hash: string; diff: ConfigDiff }, source: ConfigDict): void => {
    const key = versionKey(version)
    if (!replay.has(key)) replay.set(key, { seqno: version.seqno, hash: version.hash, diff: version.diff, source })
  }
  for (const index of descending) {
    const message = messages[index]!
    claim(message, message.data)
    for (const lag of message.lags) claim(lag, message.data)
  }
  const ascending = [...replay.values()].sort(compareVersions)
  for (const { diff, source } of ascending) applyDiff(data, diff, source)
  prune(data)
  return {
    type: 'merged',
    seqno: max + 1,
    data,
    lags: ascending.map(({ seqno, hash, diff }) => ({ seqno, hash, diff })),
  }
}

function versionKey(version: { readonly seqno: number; readonly hash: string }): string {
  return `${version.seqno}:${version.hash}`
}
