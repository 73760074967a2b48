import { Zstd } from '@hpcc-js/wasm-zstd'
import { bytesToHex, hexToBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, ed25519KeyPairFromSeed, ready } from '@sessionkit/crypto'
import { accountFromSeed, sessionIdFromEd25519 } from '@sessionkit/session-id'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  bytesToBinary,
  Contacts,
  encryptConfig,
  MAX_PENDING_SETS,
  MULTIPART_WAIT_MS,
  paddedConfigLength,
  parseConfigMessage,
  readDump,
  splitConfig,
  UserProfile,
} from '../src/index.ts'
import { account, contacts, generic, now, publish, stored } from './devices.ts'

let zstd: Zstd
beforeAll(async () => {
  await ready
  zstd = await Zstd.load()
})

const largeKey = hexToBytes('0123456789abcdef'.repeat(2) + '00'.repeat(16))
const compress = (bytes: Uint8Array): Uint8Array => zstd.compress(bytes, 1)

describe('edit, push, confirm', () => {
  it('an edit that changes nothing leaves the object clean', () => {
    const config = generic()
    config.erase(['nothing'])
    config.set(['empty'], new Set())
    config.set(['empty'], new Map([['x', new Map()]]))
    config.changeSet(['set'], { remove: [1n] })
    expect([config.state, config.needsPush, config.needsDump, config.seqno]).toEqual(['clean', false, false, 0])
    config.set(['a'], 1n)
    publish(config)
    config.dump()
    config.set(['a'], 1n)
    expect([config.state, config.needsDump]).toEqual(['clean', false])
  })

  it('several edits are one message, and an edit after a push another', () => {
    const config = generic()
    config.set(['a'], 1n)
    config.set(['b'], 1n)
    expect(config.seqno).toBe(1)
    const first = config.push()
    config.set(['c'], 1n)
    config.confirmPushed({ seqno: first.seqno, hashes: ['late'] })
    expect([config.state, config.seqno, config.currentHashes]).toEqual(['dirty', 2, []])
  })

  it('hashes to delete are given until a push is confirmed, and never those of the current message', () => {
    const config = generic()
    config.set(['a'], 1n)
    const [first] = publish(config)
    config.set(['a'], 2n)
    const push = config.push()
    expect(push.obsoleteHashes).toEqual([first!.hash])
    const again = config.push()
    expect([again.messages, again.obsoleteHashes]).toEqual([push.messages, push.obsoleteHashes])
    config.confirmPushed({ seqno: push.seqno, hashes: ['second'] })
    expect([config.push().obsoleteHashes, config.currentHashes, config.needsPush]).toEqual([[], ['second'], false])
  })

  it('finds its own push on the swarm after a lost answer, and takes it for the confirmation', () => {
    const config = generic()
    config.set(['a'], 1n)
    const echo = stored(config.push())
    const restored = generic(config.makeDump())
    expect(restored.state).toBe('waiting')
    restored.merge(echo)
    expect([restored.state, restored.currentHashes]).toEqual(['clean', [echo[0]!.hash]])
    expect(restored.push().obsoleteHashes).toEqual([])
  })

  it('feeding the current message again does not make it obsolete', () => {
    const config = generic()
    config.set(['a'], 1n)
    const current = publish(config)
    config.merge(current)
    expect([config.push().obsoleteHashes, config.currentHashes]).toEqual([[], [current[0]!.hash]])
  })

  it('the right storage hash becomes current when a bad message comes before the winner', () => {
    const other = generic()
    other.set(['a'], 1n)
    const [good] = publish(other)
    const config = generic()
    const report = config.merge([{ hash: 'bad', data: new Uint8Array(100) }, good!])
    expect(report).toEqual({ accepted: [good!.hash], rejected: [{ hash: 'bad', code: 'CONFIG_DECRYPT_FAILED' }] })
    expect(config.currentHashes).toEqual([good!.hash])
  })
})

describe('dumps', () => {
  it('restore every state: clean, waiting, and dirty one seqno on', () => {
    const config = generic()
    config.set(['a'], 1n)
    const push = config.push()
    expect(generic(config.makeDump()).push()).toEqual(push)
    config.confirmPushed({ seqno: 1, hashes: ['one'] })
    const clean = generic(config.makeDump())
    expect([clean.state, clean.currentHashes, clean.makeDump()]).toEqual(['clean', ['one'], config.makeDump()])
    config.set(['a'], 2n)
    const dirty = generic(config.makeDump())
    expect([dirty.state, dirty.seqno, dirty.getInteger(['a'])]).toEqual(['dirty', 3, 2n])
    const message = parseConfigMessage(dirty.plaintext())
    expect([message.lags.map(({ seqno }) => seqno), message.diff.size]).toEqual([[0, 1, 2], 0])
    expect(dirty.push().obsoleteHashes).toEqual(['one'])
  })

  it('keep extra data of the type', () => {
    const config = generic()
    config.extra = new Map([['pending', ['a', 'b']]])
    expect(generic(config.dump()).extra).toEqual(new Map([['pending', ['a', 'b']]]))
  })
})

describe('padding', () => {
  it('has the sizes of page 05', () => {
    const sizes = [1, 216, 217, 5079, 5080, 5081, 20_440, 20_441, 40_920, 40_921, 76_760].map(paddedConfigLength)
    expect(sizes).toEqual([216, 216, 472, 5080, 5080, 6104, 20_440, 22_488, 40_920, 46_040, 76_760])
  })
})

describe('a message in parts', () => {
  const large = (options = {}): Contacts => {
    return new Contacts({ account: accountFromSeed(largeKey), now, compress, ...options })
  }
  const filled = (): Contacts => {
    const config = large()
    for (let i = 0; i < 2000; i++) {
      const contactSeed = new Uint8Array(32)
      contactSeed[0] = i & 255
      contactSeed[1] = i >> 8
      const sessionId = sessionIdFromEd25519(ed25519KeyPairFromSeed(SecretBytes.from(contactSeed)).publicKey)
      const nickname = `My friend ${String(i).padStart(4, '0')}`
      config.set({ sessionId, nickname, approved: true, approvedMe: true })
    }
    return config
  }

  it('is the one of page 05, part by part, and comes together in any order', () => {
    const sender = filled()
    const push = sender.push()
    expect(push.messages.map(({ length }) => length)).toEqual([76_800, 35_980])
    const hashes = push.messages.map((part) => bytesToHex(blake2b({ message: part, length: 32 })))
    expect(hashes).toEqual([
      'f2f763a234350c458a05d078c3d72d27f425f6d6411f5d46d1718bdfc46f5916',
      '4da056dae41ef81d344c9612db741a63c75313bc236d44e13f385a1b0b343412',
    ])
    const { hash } = parseConfigMessage(sender.config.plaintext())
    expect(bytesToHex(Uint8Array.from(hash, (c) => c.charCodeAt(0)))).toBe(
      '46df365ac99525f0e85b9e93fa7c4eb81f7f023ce86d6d0a44a1cba23c7335cf',
    )
    const parts = stored(push)
    for (const order of [parts, [...parts].reverse()]) {
      let reader = large()
      expect(reader.merge([order[0]!]).accepted).toEqual([order[0]!.hash])
      expect([reader.seqno, reader.needsPush, reader.needsDump]).toEqual([0, false, true])
      expect(reader.activeHashes).toEqual([order[0]!.hash])
      reader = large({ dump: reader.dump() })
      expect(reader.merge([order[1]!]).accepted).toEqual([order[1]!.hash])
      expect([reader.seqno, reader.list().length, reader.needsPush]).toEqual([1, 2000, false])
      expect([...reader.currentHashes].sort()).toEqual(parts.map((part) => part.hash).sort())
      const dump = reader.dump()
      expect(dump.length).toBeGreaterThan(266_000)
      expect(dump.length).toBeLessThan(266_300)
      expect(readDump(dump).parts.size).toBe(1)
      expect(reader.merge([parts[0]!]).accepted).toEqual([parts[0]!.hash])
      expect(reader.needsDump).toBe(false)
    }
    sender.confirmPushed({ seqno: push.seqno, hashes: parts.map((part) => part.hash) })
    expect(large({ dump: sender.dump() }).currentHashes).toEqual(parts.map((part) => part.hash))
  })

  it('is forgotten after its time, and bounded in number', () => {
    let time = now()
    const big = (n: number): Uint8Array => new Uint8Array(80_000).fill(n + 1)
    const lone = large({ now: () => time })
    for (let n = 0; n < MAX_PENDING_SETS + 4; n++) {
      const [part] = splitConfig(big(n))
      lone.merge([{ hash: `part${n}`, data: encryptForContacts(part!) }])
      time += 1000
    }
    expect(lone.activeHashes).toEqual(Array.from({ length: MAX_PENDING_SETS }, (_, i) => `part${i + 4}`))
    time += MULTIPART_WAIT_MS
    lone.merge([])
    expect(lone.activeHashes).toEqual([])
  })

  it('whose parts do not make what they claim is dropped', () => {
    const reader = large()
    const [a, b] = splitConfig(new Uint8Array(80_000).fill(1))
    b![b!.length - 1000]! ^= 1
    expect(reader.merge([{ hash: 'a', data: encryptForContacts(a!) }]).accepted).toEqual(['a'])
    expect(reader.merge([{ hash: 'b', data: encryptForContacts(b!) }]).rejected).toEqual([
      { hash: 'b', code: 'CONFIG_BAD_PART' },
    ])
    expect([reader.seqno, reader.activeHashes]).toEqual([0, []])
  })

  it('leaves the unused bytes of the last length as zeros', () => {
    const parts = splitConfig(new Uint8Array(153_560).fill(1))
    expect(parts.map(({ length }) => length + 40)).toEqual([76_800, 76_800, 230])
    expect([...parts[2]!.slice(-3)]).toEqual([0x65, 0, 0])
  })
})

function encryptForContacts(padded: Uint8Array): Uint8Array {
  return encryptConfig({ padded, key: largeKey, domain: 'Contacts' })
}

describe('wrapping', () => {
  it('of another account or another type is not ours', () => {
    const profile = new UserProfile({ account: account(), now })
    profile.name = 'Ada'
    const [push] = profile.push().messages
    expect(contacts().merge([{ hash: 'h', data: push! }]).rejected[0]?.code).toBe('CONFIG_DECRYPT_FAILED')
    const other = new UserProfile({ account: accountFromSeed(utf8ToBytes('0123456789abcdef')), now })
    expect(other.merge([{ hash: 'h', data: push! }]).accepted).toEqual([])
    const same = new UserProfile({ account: account(), now })
    same.merge([{ hash: 'h', data: push! }])
    expect(same.name).toBe('Ada')
    expect(
      bytesToBinary(
        new UserProfile({ account: account(), now, wrap: false, dump: profile.dump() }).push().messages[0]!,
      ),
    ).not.toBe(bytesToBinary(push!))
  })
})
