import { blake2b } from '@noble/hashes/blake2.js'
import { SecretBytes } from '@sessionkit/bytes'
import sodium from 'libsodium-wrappers-sumo'
import { describe, expect, it } from 'vitest'
import type { CryptoBackend, IncrementalHash, SecretstreamTag } from '../src/index.ts'
import { bytes, coded } from './material.ts'

export function streams(crypto: CryptoBackend): void {
  describe('streams', () => {
    const key = bytes(32)
    const finished = coded('CRYPTO_FINISHED')

    it('hashes piece by piece are the hashes of the whole', () => {
      for (const size of [0, 1, 64, 5000, 150_000]) {
        const message = bytes(size)
        const fed = (hash: IncrementalHash): Uint8Array => {
          for (let at = 0, step = 1; at < size; at += step, step = step * 2 + 1)
            hash.update(message.subarray(at, at + step))
          return hash.digest()
        }
        expect(fed(crypto.createSha256())).toEqual(crypto.sha256(message))
        for (const length of [0, 32, 100]) {
          const macKey = bytes(length)
          const whole = crypto.hmacSha256({ key: macKey, message })
          expect(fed(crypto.createHmacSha256({ key: SecretBytes.from(macKey) }))).toEqual(whole)
        }
        for (const options of [{}, { key }, { personalization: bytes(16, 9) }, { key, salt: bytes(16, 3) }]) {
          const whole = blake2b(message, { dkLen: 56, ...options })
          expect(fed(crypto.createBlake2b({ length: 56, ...options }))).toEqual(whole)
        }
      }
    })

    it('two hashes at a time do not mix, and a finished one is finished', () => {
      const [one, two] = [crypto.createSha256(), crypto.createSha256()]
      one.update(bytes(10))
      two.update(bytes(20))
      expect(one.digest()).toEqual(crypto.sha256(bytes(10)))
      expect(two.digest()).toEqual(crypto.sha256(bytes(20)))
      expect(() => one.digest()).toThrow(finished)
      expect(() => one.update(key)).toThrow(finished)
    })

    const header = bytes(24, 5)
    const sizes = [0, 1, 8, 200, 203, 4095, 4096, 4097, 32_768, 32_760]
    const tags: Record<SecretstreamTag, number> = { message: 0, push: 1, rekey: 2, final: 3 }

    it("secretstream: libsodium's own pull opens it, ours opens libsodium's, with every tag", () => {
      for (const tag of ['message', 'push', 'rekey'] as const) {
        const push = crypto.secretstreamPush({ key: SecretBytes.from(key), header })
        const judge = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key)
        const made = sodium.crypto_secretstream_xchacha20poly1305_init_push(key)
        const pull = crypto.secretstreamPull({ key, header: made.header })
        sizes.forEach((size, i) => {
          const name = i === sizes.length - 1 ? 'final' : i % 3 === 1 ? tag : 'message'
          const message = bytes(size)
          const opened = sodium.crypto_secretstream_xchacha20poly1305_pull(
            judge,
            push.push({ message, tag: name }),
            null,
          )
          expect(opened).toEqual({ message, tag: tags[name] })
          const piece = sodium.crypto_secretstream_xchacha20poly1305_push(made.state, message, null, tags[name])
          const ours = pull.pull(piece)
          expect(ours.tag).toBe(name)
          expect(new Uint8Array(ours.message)).toEqual(message)
        })
      }
    })

    it('secretstream: changed, exchanged and repeated pieces do not open, and then nothing does', () => {
      for (const size of [10, 4096, 4100]) {
        const push = crypto.secretstreamPush({ key, header })
        const pieces = [1, 2, 3].map((first) => push.push({ message: bytes(size, first), tag: 'message' }))
        for (const at of [0, 1, size, size + 16]) {
          const changed = new Uint8Array(pieces[0]!)
          changed[at]! ^= 1
          const pull = crypto.secretstreamPull({ key, header })
          expect(() => pull.pull(changed)).toThrow(coded('CRYPTO_OPEN_FAILED'))
          expect(() => pull.pull(pieces[0]!)).toThrow(finished)
        }
        const second = crypto.secretstreamPull({ key, header })
        expect(() => second.pull(pieces[1]!)).toThrow(coded('CRYPTO_OPEN_FAILED'))
        const again = crypto.secretstreamPull({ key, header })
        again.pull(pieces[0]!)
        expect(() => again.pull(pieces[0]!)).toThrow(coded('CRYPTO_OPEN_FAILED'))
      }
    })

    it('secretstream: wiped means finished; an unknown tag is refused', () => {
      const push = crypto.secretstreamPush({ key, header })
      const pull = crypto.secretstreamPull({ key, header })
      expect(() => push.push({ message: key, tag: 'last' as never })).toThrow(coded('CRYPTO_BAD_LIMIT'))
      push.wipe()
      pull.wipe()
      expect(() => push.push({ message: key, tag: 'message' })).toThrow(finished)
      expect(() => pull.pull(bytes(40))).toThrow(finished)
    })
  })
}
