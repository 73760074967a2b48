import { ready } from '@sessionkit/crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  binaryToBytes,
  bytesToBinary,
  ConfigError,
  canonicalBaseUrl,
  canonicalRoom,
  decompressBody,
  encryptConfig,
  finishDraft,
  incrementMessage,
  padConfig,
  parseCommunityUrl,
  parseConfigMessage,
  parseConfigPart,
  readDump,
  splitConfig,
  unwrapConfig,
} from '../src/index.ts'
import { account, contacts, generator, generic, id } from './devices.ts'

beforeAll(() => ready)

const RUNS = 10_000

/** Only a typed error may come out, and what was read must be written the same again. */
function fuzz(seeds: () => readonly Uint8Array[], run: (bytes: Uint8Array) => void): void {
  const random = generator(0x5eed)
  const samples = seeds()
  for (let i = 0; i < RUNS; i++) {
    let bytes: Uint8Array
    if (i % 4 === 0) bytes = new Uint8Array(Math.floor(random() * 80)).map(() => Math.floor(random() * 256))
    else {
      bytes = samples[i % samples.length]!.slice()
      const changes = 1 + Math.floor(random() * 3)
      for (let n = 0; n < changes; n++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
      if (random() < 0.2) bytes = bytes.slice(0, Math.floor(random() * bytes.length))
    }
    try {
      run(bytes)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
    }
  }
}

const message = (): Uint8Array => {
  const config = generic()
  config.set(['a', 'b'], 5n)
  config.set(['s'], new Set([1n, 'x']))
  config.set(['t'], 'text')
  config.push()
  config.set(['a', 'c'], 'new')
  config.changeSet(['s'], { add: [2n], remove: ['x'] })
  return config.plaintext()
}

describe('10,000 random and mutated inputs', () => {
  it('config messages: what is read is written the same', () => {
    fuzz(
      () => [message()],
      (bytes) => {
        const read = parseConfigMessage(bytes)
        if (read.seqno === Number.MAX_SAFE_INTEGER || read.signature !== null) return
        const draft = incrementMessage(read)
        expect(finishDraft({ ...draft, seqno: read.seqno + 1 }).data).toEqual(read.data)
      },
    )
  })

  it('dumps', () => {
    fuzz(
      () => [
        (() => {
          const config = generic()
          config.set(['a'], 1n)
          return config.dump()
        })(),
      ],
      (bytes) => {
        readDump(bytes)
        generic(bytes).push()
      },
    )
  })

  it('stored messages of the right key', () => {
    const config = contacts()
    config.set({ sessionId: id(1), name: 'one', nickname: 'two' })
    const plain = config.config.plaintext()
    const secret = account().ed25519.seed
    const reader = contacts()
    const before = bytesToBinary(reader.makeDump())
    fuzz(
      () => [plain],
      (bytes) => {
        const data = encryptConfig({ padded: padConfig(bytes), key: secret, domain: 'Contacts' })
        const report = reader.merge([{ hash: 'h', data }])
        if (report.rejected.length === 0) reader.list()
        else if (reader.seqno === 0) expect(bytesToBinary(reader.makeDump())).toBe(before)
      },
    )
  })

  it('compressed bodies', () => {
    const frame =
      '7a28b52ffd60e000550300440364313a6e353a6e616d65306531323334353630313233343536303132333435363031323334353630313233343536303132333465'
    fuzz(
      () => [Uint8Array.from(frame.match(/../g)!, (pair) => Number.parseInt(pair, 16))],
      (bytes) => {
        decompressBody(bytes, 100_000)
      },
    )
  })

  it('parts', () => {
    fuzz(
      () => splitConfig(new Uint8Array(76_750).fill(1)).slice(1),
      (bytes) => {
        parseConfigPart(bytes)
      },
    )
  })

  it('wrappings', () => {
    const config = contacts()
    config.set({ sessionId: id(1) })
    const [wrapped] = config.push().messages
    const own = account()
    fuzz(
      () => [wrapped!.slice(0, 60)],
      (bytes) => {
        expect(unwrapConfig({ stored: bytes, kind: 2, account: own })).toBeNull()
      },
    )
  })

  it('community URLs', () => {
    fuzz(
      () => [binaryToBytes(`https://a.example.org:8080/r/room?public_key=${'ab'.repeat(32)}`)],
      (bytes) => {
        const text = bytesToBinary(bytes)
        for (const read of [parseCommunityUrl, canonicalBaseUrl, canonicalRoom]) {
          try {
            read(text)
          } catch (error) {
            if (!(error instanceof ConfigError)) throw error
          }
        }
      },
    )
  })
})

it('a dict of 10,000 entries and integers beyond 2^53 come back exactly', () => {
  const config = generic()
  const dict = new Map(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 2n ** 62n + BigInt(i)] as const))
  config.set(['big'], dict)
  const reader = generic(config.makeDump())
  expect(reader.getInteger(['big', 'k9999'])).toBe(2n ** 62n + 9999n)
})
