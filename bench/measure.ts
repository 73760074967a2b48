/** One way of doing an operation. `run` does it once. */
export interface Contender {
  readonly name: string
  readonly run: () => unknown | Promise<unknown>
}

/**
 * Operations per second of each contender: the median of `rounds` visits. The contenders take turns inside a round, so
 * that a busy moment of the machine hits all of them and the ratios stay meaningful.
 */
export async function measure(
  contenders: readonly Contender[],
  { rounds = 7, millisecondsPerVisit = 120 }: { rounds?: number; millisecondsPerVisit?: number } = {},
): Promise<Map<string, number>> {
  const rates = new Map<string, number[]>(contenders.map((c) => [c.name, []]))
  const batches = new Map<string, number>()
  for (const c of contenders) batches.set(c.name, await batchSize(c))
  for (let round = 0; round < rounds; round++) {
    for (const c of contenders) rates.get(c.name)!.push(await visit(c, batches.get(c.name)!, millisecondsPerVisit))
  }
  return new Map([...rates].map(([name, list]) => [name, median(list)]))
}

/** How many runs fit between two looks at the clock (about 2 ms), after warming up. */
async function batchSize(contender: Contender): Promise<number> {
  const start = performance.now()
  let runs = 0
  while (performance.now() - start < 100) {
    await contender.run()
    runs++
  }
  return Math.max(1, Math.ceil(runs / 50))
}

async function visit(contender: Contender, batch: number, milliseconds: number): Promise<number> {
  const isAsync = contender.run() instanceof Promise
  const start = performance.now()
  let runs = 0
  let elapsed = 0
  while (elapsed < milliseconds) {
    if (isAsync) for (let i = 0; i < batch; i++) await contender.run()
    else for (let i = 0; i < batch; i++) contender.run()
    runs += batch
    elapsed = performance.now() - start
  }
  return (runs * 1000) / elapsed
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!
}
