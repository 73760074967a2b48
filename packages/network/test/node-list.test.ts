import { bytesToHex, isSessionKitError, SecretBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, ed25519PublicKeyToX25519, ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { isSpecialAddress, parseNodeList } from '../src/node-list.ts'
import { seededRandom } from './pretend-nodes.ts'

interface Entry {
  public_ip: string
  storage_port: number
  pubkey_ed25519: string
  pubkey_x25519: string
  swarm_id: string
}
let entries: Entry[]

beforeAll(async () => {
  await ready
  entries = Array.from({ length: 5 }, (_, i) => {
    const { publicKey } = ed25519KeyPairFromSeed(SecretBytes.take(new Uint8Array(32).fill(i + 1)))
    return {
      public_ip: `198.51.${i}.7`,
      storage_port: 22021 + i,
      pubkey_ed25519: bytesToHex(publicKey),
      pubkey_x25519: bytesToHex(ed25519PublicKeyToX25519(publicKey)),
      swarm_id: `1844674407370955161${i}`,
    }
  })
})

/** As a daemon writes it: swarm ids as bare numbers of 64 bits. */
const text = (list: readonly Partial<Entry>[]) =>
  JSON.stringify({ result: { height: 9, service_node_states: list } }).replace(/"swarm_id":"(\d+)"/g, '"swarm_id":$1')
const parse = (list: readonly Partial<Entry>[], privateAddresses = false) =>
  parseNodeList(text(list), { privateAddresses })

describe('the node list', () => {
  it('keeps swarm ids above 2^53 exact', () => {
    expect(parse(entries).map(({ swarmId }) => swarmId)).toEqual(entries.map(({ swarm_id }) => BigInt(swarm_id)))
  })

  it('leaves out keys that are not of one pair, special addresses, and repeated nodes', () => {
    const [a, b, c, d, e] = entries as [Entry, Entry, Entry, Entry, Entry]
    const bad = [
      { ...a, pubkey_x25519: b.pubkey_x25519 },
      { ...b, pubkey_ed25519: '02'.padEnd(64, '0') },
      { ...c, public_ip: '192.168.1.1' },
      { ...d, storage_port: 0 },
    ]
    expect(parse([...bad, e, e]).map(({ port }) => port)).toEqual([e.storage_port])
    expect(parse([{ ...c, public_ip: '192.168.1.1' }], true)).toHaveLength(1)
    expect(() => parse(bad)).toThrow(expect.objectContaining({ code: 'NETWORK_BAD_ANSWER' }))
  })

  it('knows which addresses no public node has', () => {
    const special = ['10.1.2.3', '127.0.0.1', '169.254.1.1', '172.16.0.1', '172.31.9.9', '192.168.0.1', '100.64.0.1']
    for (const ip of [...special, '0.1.2.3', '224.0.0.1', '255.1.1.1', '198.18.0.1']) {
      expect(isSpecialAddress(ip), ip).toBe(true)
    }
    for (const ip of [
      '8.8.8.8',
      '172.15.0.1',
      '172.32.0.1',
      '100.63.0.1',
      '100.128.0.1',
      '198.20.0.1',
      '95.216.33.113',
    ]) {
      expect(isSpecialAddress(ip), ip).toBe(false)
    }
  })

  it('answers 10,000 random and mutated lists with nodes or a coded error', () => {
    const random = seededRandom(77)
    const valid = text(entries)
    const alphabet = '{}[]",:0123456789abcdef.-\\ ntrufals'
    for (let i = 0; i < 10_000; i++) {
      const [a = 0, b = 0, c = 0, d = 0] = random(4)
      const at = ((a << 8) | b) % valid.length
      const junk = alphabet[c % alphabet.length]
      const mutated = [
        valid.slice(0, at),
        `${valid.slice(0, at)}${junk}${valid.slice(at + (d % 8))}`,
        `${valid.slice(0, at)}${junk?.repeat(d % 30)}${valid.slice(at)}`,
        String.fromCharCode(...random(d)),
      ][i % 4] as string
      try {
        for (const { id, ip, port } of parseNodeList(mutated, { privateAddresses: true })) {
          expect(id).toMatch(/^[0-9a-f]{64}$/)
          expect(ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
          expect(port).toBeGreaterThan(0)
        }
      } catch (error) {
        if (!isSessionKitError(error)) throw error
      }
    }
  })

  it('throws coded errors only, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        for (const list of [json, `{"result":{"service_node_states":${json}}}`]) {
          try {
            parseNodeList(list, { privateAddresses: true })
          } catch (error) {
            expect(isSessionKitError(error)).toBe(true)
          }
        }
      }),
    )
  })
})
