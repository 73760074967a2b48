const MASK = 2n ** 64n - 1n

/** The swarm of an account among ascending ids. Protocol page 04, section 1.1. */
export function chooseSwarm(account: string, ids: readonly bigint[]): bigint | undefined {
  if (ids.length < 2) return ids[0]
  let x = 0n
  for (let at = 2; at < 66; at += 16) x ^= BigInt(`0x${account.slice(at, at + 16)}`)
  let index = ids.findIndex((id) => id >= x)
  if (index < 0) index = 0
  const right = ids[index]!
  const left = ids[(index + ids.length - 1) % ids.length]!
  return ((right - x) & MASK) < ((x - left) & MASK) ? right : left
}
