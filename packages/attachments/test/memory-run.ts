import { createReadStream, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ready } from '@sessionkit/crypto'
import {
  type AttachmentSink,
  type AttachmentSource,
  decryptDeterministicStream,
  decryptLegacyStream,
  encryptDeterministicStream,
  encryptLegacyStream,
} from '../src/index.ts'

// Run by memory.test.ts: prints the bytes that each direction of each scheme needed.
const collect = (globalThis as unknown as { gc(): void }).gc
const name = (part: string): string => join(tmpdir(), `sessionkit-memory-${process.pid}-${part}`)
const seed = new Uint8Array(32).fill(7)

const use = (): number => {
  // Freed arrays are only given back by the next run.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

let start = 0
let most = 0

function file(part: string, size: number): AttachmentSource {
  return { size, open: () => createReadStream(name(part), { highWaterMark: 65_536 }) }
}

function into(part: string): AttachmentSink {
  const descriptor = openSync(name(part), 'w')
  let pieces = 0
  return {
    write: (piece) => {
      writeSync(descriptor, piece)
      if (++pieces % 16 === 0) most = Math.max(most, use())
    },
  }
}

async function measured<T>(run: () => Promise<T>): Promise<readonly [number, T]> {
  start = use()
  most = start
  const result = await run()
  return [Math.max(most, use()) - start, result]
}

async function all(size: number): Promise<Record<string, number>> {
  writeFileSync(name('plain'), new Uint8Array(size).fill(1))
  const [legacy, sealed] = await measured(() =>
    encryptLegacyStream({ source: file('plain', size), sink: into('legacy') }),
  )
  const [legacyBack] = await measured(() =>
    decryptLegacyStream({ source: file('legacy', sealed.blobSize), sink: into('out'), ...sealed }),
  )
  const [deterministic, other] = await measured(() =>
    encryptDeterministicStream({ source: file('plain', size), sink: into('deterministic'), seed }),
  )
  const [deterministicBack] = await measured(() =>
    decryptDeterministicStream({
      source: file('deterministic', other.blobSize),
      sink: into('out'),
      key: other.key,
      size: other.size,
    }),
  )
  return { legacy, legacyBack, deterministic, deterministicBack }
}

await ready
await all(200_000)
const used = await all(10_000_000)
for (const part of ['plain', 'legacy', 'deterministic', 'out']) rmSync(name(part), { force: true })
console.log(JSON.stringify(used))
