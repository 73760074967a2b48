/**
 * Makes the timestamps of sent messages: the clock's milliseconds, but always above the one before. Some clients drop
 * a message whose timestamp they have seen from anybody. One source serves all conversations of an account.
 * Protocol page 02, section 12.
 */
export function createTimestampSource(options: {
  /** Network time in milliseconds. */
  readonly now: () => number
  /** The last timestamp that was used before, for instance in an earlier run. */
  readonly after?: number | undefined
}): () => number {
  let last = options.after ?? 0
  return () => {
    last = Math.max(Math.floor(options.now()), last + 1)
    return last
  }
}
