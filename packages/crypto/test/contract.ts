import { beforeAll, describe } from 'vitest'
import type { CryptoBackend } from '../src/index.ts'
import { symmetric } from './contract-ciphers.ts'
import { hashes, postQuantum } from './contract-hashes.ts'
import { keyPairs, scalars } from './contract-keys.ts'
import { lengths, secrecy } from './contract-limits.ts'
import { rejections } from './contract-rejections.ts'
import { streams } from './contract-streams.ts'
import { vectorsPass } from './contract-vectors.ts'

/** What each backend must do alike: the known vectors, the round trips, and the rejections. */
export function runCryptoContract(name: string, crypto: CryptoBackend): void {
  describe(name, () => {
    beforeAll(() => crypto.ready)
    vectorsPass(crypto)
    keyPairs(crypto)
    rejections(crypto)
    symmetric(crypto)
    hashes(crypto)
    streams(crypto)
    postQuantum(crypto)
    scalars(crypto)
    lengths(crypto)
    secrecy(crypto)
  })
}
