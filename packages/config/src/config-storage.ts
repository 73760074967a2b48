import { SecretBytes } from '@sessionkit/bytes'
import { compressBody, decompressBody } from './compression.ts'
import type { ConfigOptions } from './config.ts'
import { CONFIG_OVERHEAD, type ConfigKey, decryptConfig, encryptConfig } from './encryption.ts'
import { ConfigError } from './error.ts'
import { MAX_DECOMPRESSED_PER_PART, MAX_PLAINTEXT, MAX_SEQNO, MAX_STORED_CONFIG } from './limits.ts'
import { type ConfigMessage, parseConfigMessage } from './message.ts'
import { finalHashOf, PartSets, parseConfigPart, splitConfig } from './multipart.ts'
import { padConfig, unpadConfig } from './padding.ts'
import { unwrapConfig, wrapConfig } from './wrapping.ts'

/** Between a config's messages and the bytes that a swarm stores: keys, compression, padding, wrapping and parts. */
export class ConfigStorage {
  readonly parts: PartSets = new PartSets()
  readonly #options: ConfigOptions
  readonly #keys: SecretBytes[]
  readonly #now: () => number
  readonly #onChange: () => void

  /** `onChange` is called when parts came or went, which a dump has to keep. */
  constructor(options: ConfigOptions, onChange: () => void) {
    this.#keys = copyKeys(options.keys)
    this.#options = options
    this.#onChange = onChange
    const { now = Date.now } = options
    this.#now = () => Math.floor(now())
  }

  setKeys(keys: readonly ConfigKey[]): void {
    const copies = copyKeys(keys)
    this.wipe()
    this.#keys.splice(0, this.#keys.length, ...copies)
  }

  wipe(): void {
    for (const key of this.#keys) key.wipe()
  }

  /** Forgets sets of parts that were never completed. */
  expire(): void {
    if (this.parts.expire(this.#now())) this.#onChange()
  }

  /** What to store: one message, or its parts in order. Protocol page 05, sections 5 to 9. */
  seal(message: ConfigMessage): Uint8Array[] {
    const { wrapping, compress } = this.#options
    const padded = padConfig(compressBody(message.plaintext, compress))
    const encrypt = (bytes: Uint8Array): Uint8Array =>
      encryptConfig({ padded: bytes, key: this.#keys[0]!, domain: this.#options.domain })
    if (padded.length + CONFIG_OVERHEAD > MAX_STORED_CONFIG) {
      const parts = splitConfig(padded)
      this.parts.finish(finalHashOf(padded), this.#now())
      return parts.map(encrypt)
    }
    const encrypted = encrypt(padded)
    if (wrapping?.write !== true) return [encrypted]
    const wrapped = wrapConfig({ encrypted, seqno: message.seqno, kind: wrapping.kind, account: wrapping.account })
    return [wrapped.length > MAX_STORED_CONFIG ? encrypted : wrapped]
  }

  /** Null for a part whose message is not complete, or was before. */
  read(hash: string, stored: Uint8Array): { message: ConfigMessage; storageHashes: readonly string[] } | null {
    if (typeof hash !== 'string' || !(stored instanceof Uint8Array)) {
      throw new ConfigError('CONFIG_BAD_ARGUMENT', 'messages: expected hashes and bytes')
    }
    if (stored.length > 2 * MAX_STORED_CONFIG) throw new ConfigError('CONFIG_TOO_LARGE', 'larger than can be stored')
    let body = unpadConfig(
      decryptConfig({ encrypted: this.#unwrap(stored), keys: this.#keys, domain: this.#options.domain }),
    )
    if (body[0] !== 0x6d) return { message: this.#parse(body, 1), storageHashes: [hash] }
    const part = parseConfigPart(body)
    const result = this.parts.add(part, hash, this.#now())
    if (result === 'known') return null
    this.#onChange()
    if (result === 'kept') return null
    try {
      body = unpadConfig(result.padded)
      return { message: this.#parse(body, result.storageHashes.length), storageHashes: result.storageHashes }
    } catch (error) {
      // Not finished: a later version may be able to read it.
      this.parts.forget(part.finalHash)
      throw error
    }
  }

  #parse(body: Uint8Array, parts: number): ConfigMessage {
    const plaintext = decompressBody(body, Math.min(MAX_DECOMPRESSED_PER_PART * parts, MAX_PLAINTEXT))
    const message = parseConfigMessage(plaintext, { verify: this.#options.verify })
    // One that nobody could ever supersede would end the config, and take the place of our own edits.
    if (message.seqno >= MAX_SEQNO) throw new ConfigError('CONFIG_BAD_SEQNO', 'seqno: none is left above')
    return message
  }

  /** A released client wrapped twice, so this looks twice. */
  #unwrap(stored: Uint8Array): Uint8Array {
    const { wrapping } = this.#options
    if (wrapping === undefined) return stored
    const { account, kind } = wrapping
    const once = unwrapConfig({ stored, kind, account })
    if (once === null) return stored
    return unwrapConfig({ stored: once, kind, account }) ?? once
  }
}

function copyKeys(keys: readonly ConfigKey[]): SecretBytes[] {
  if (keys.length === 0) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'keys: none')
  return keys.map((key) => {
    const length = key instanceof SecretBytes || key instanceof Uint8Array ? key.length : 0
    if (length !== 32) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'key: expected 32 bytes')
    return SecretBytes.from(key instanceof SecretBytes ? key.reveal() : key)
  })
}
