/** Swarm mapping the plain way: BigInt, and every swarm tried. The yardstick of the mapping bench. */
export function linearSwarm(id: string, swarms: readonly bigint[]): bigint {
  let space = 0n
  for (let i = 0; i < 4; i++) space ^= BigInt(`0x${id.slice(2 + 16 * i, 18 + 16 * i)}`)
  let best = swarms[0]!
  let bestDistance = 2n ** 64n
  for (const swarm of swarms) {
    const up = BigInt.asUintN(64, swarm - space)
    const down = BigInt.asUintN(64, space - swarm)
    const distance = up < down ? up : down
    if (distance < bestDistance) {
      best = swarm
      bestDistance = distance
    }
  }
  return best
}
