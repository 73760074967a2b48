import { assertBytes } from './assert.ts'
import { equalBytes } from './compare.ts'
import { BytesError } from './error.ts'

const label = '[SecretBytes]'
// Node looks for this registered symbol; elsewhere it is an unused method.
const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * The one type for secret bytes: seeds, private keys, shared keys. It can be wiped, and it never prints: `String()`,
 * `JSON.stringify` and Node's `util.inspect` all give `[SecretBytes]`.
 *
 * Wiping overwrites this copy. JavaScript may have moved or copied the bytes before; see the README's security section.
 */
export class SecretBytes {
  #bytes: Uint8Array | null
  readonly length: number

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.length = bytes.length
  }

  /** A secret with a copy of `bytes`. */
  static from(bytes: Uint8Array): SecretBytes {
    assertBytes(bytes, 'bytes')
    return new SecretBytes(new Uint8Array(bytes))
  }

  /** A secret that owns `bytes` from now on: the caller must not keep or change them. */
  static take(bytes: Uint8Array): SecretBytes {
    assertBytes(bytes, 'bytes')
    return new SecretBytes(bytes)
  }

  get isWiped(): boolean {
    return this.#bytes === null
  }

  /** The live bytes, for immediate use: not a copy, gone after `wipe()`. Throws `BYTES_SECRET_WIPED`. */
  reveal(): Uint8Array {
    if (this.#bytes === null) throw new BytesError('BYTES_SECRET_WIPED', 'this secret has been wiped')
    return this.#bytes
  }

  /** A copy of the bytes that the caller owns. Throws `BYTES_SECRET_WIPED`. */
  copy(): Uint8Array {
    return new Uint8Array(this.reveal())
  }

  /** Overwrites the bytes with zeros and forgets them. May be called twice. */
  wipe(): void {
    this.#bytes?.fill(0)
    this.#bytes = null
  }

  /** Constant-time comparison. Throws `BYTES_SECRET_WIPED` when either has been wiped. */
  equals(other: SecretBytes): boolean {
    return equalBytes(this.reveal(), other.reveal())
  }

  toString(): string {
    return label
  }

  toJSON(): string {
    return label
  }

  // Written so because a computed method name cannot be declared without the type checker.
  static {
    Object.defineProperty(SecretBytes.prototype, inspect, { value: () => label })
  }
}
