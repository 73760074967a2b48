import { decodeRaw, type RawValue } from './bencode-text.ts'
import { ConfigError } from './error.ts'
import {
  checkedName,
  checkedPicture,
  type ProfilePicture,
  readFeatures,
  readNumber,
  readPicture,
  readPositive,
  readText,
  truncateName,
  writeFeatures,
  writeNumber,
  writePicture,
  writePositive,
  writeText,
} from './fields.ts'
import { UserConfig, type UserConfigOptions } from './user-config.ts'

export interface UserProfileOptions extends UserConfigOptions {
  /** False: does not write when the profile was changed, as versions before 2025 did not. */
  readonly stamp?: boolean | undefined
}

const WEEK = 7 * 86_400

/** Session Pro as other clients stored it. Times are unix seconds; null or false: not set, or out of date. */
export interface ProState {
  readonly accessExpiry: number | null
  readonly autoRenewing: boolean
  readonly graceSeconds: number
  readonly refundRequestedAt: number | null
  readonly purchaseStartedAt: number | null
  /** The credential in whichever of its three forms, bencoded values as they are; never written by us. */
  readonly credential: RawValue | null
}

/** Our own profile: namespace 2. Setters throw `CONFIG_BAD_VALUE`. Protocol page 05, section 10. */
export class UserProfile extends UserConfig {
  readonly #stamp: boolean

  constructor(options: UserProfileOptions) {
    super(options, { domain: 'UserProfile', namespace: 2 })
    this.#stamp = options.stamp ?? true
  }

  /** Empty: none. At most 100 bytes of UTF-8. */
  get name(): string {
    return readText(this.config, ['n'])
  }

  set name(name: string) {
    const checked = checkedName(name, 'name')
    this.#change(() => writeText(this.config, ['n'], checked))
  }

  /** Sets the name, cut to what fits. */
  setNameTruncated(name: string): void {
    this.name = truncateName(name)
  }

  /** The newer of the chosen and the re-uploaded picture. */
  get picture(): ProfilePicture | null {
    return this.#chosenIsNewer() ? readPicture(this.config, ['p'], ['q']) : readPicture(this.config, ['P'], ['Q'])
  }

  set picture(picture: ProfilePicture | null) {
    const checked = checkedPicture(picture)
    const old = this.picture
    const same =
      old === null || checked === null ? old === checked : old.url === checked.url && sameBytes(old.key, checked.key)
    if (same) return
    writePicture(this.config, ['p'], ['q'], checked)
    if (checked === null) writePicture(this.config, ['P'], ['Q'], null)
    if (this.#stamp) this.config.set(['t'], this.#seconds())
  }

  /** The same picture, uploaded again because the file server forgets: other devices use it if it is newer. */
  setReuploadedPicture(picture: ProfilePicture): void {
    writePicture(this.config, ['P'], ['Q'], checkedPicture(picture))
    this.config.set(['T'], this.#seconds())
  }

  /** Unix seconds of the last change of the profile, 0 when unknown. */
  get updatedAt(): number {
    const chosen = readPositive(this.config, ['t'])
    return chosen === 0 ? 0 : Math.max(chosen, readPositive(this.config, ['T']))
  }

  /** Of the note to self: -1 hidden, 0 normal, above 0 pinned. */
  get noteToSelfPriority(): number {
    return readNumber(this.config, ['+']) ?? 0
  }

  set noteToSelfPriority(priority: number) {
    writeNumber(this.config, ['+'], priority)
  }

  /** Seconds after which messages to oneself disappear; 0: never. */
  get noteToSelfExpiry(): number {
    return readPositive(this.config, ['e'])
  }

  set noteToSelfExpiry(seconds: number) {
    writePositive(this.config, ['e'], seconds)
  }

  /** Whether blinded message requests are taken; null: never chosen. */
  get blindedMessageRequests(): boolean | null {
    const value = this.config.getInteger(['M'])
    return value === undefined ? null : value !== 0n
  }

  set blindedMessageRequests(value: boolean | null) {
    this.#change(() => {
      if (value === null) this.config.erase(['M'])
      else this.config.set(['M'], value ? 1n : 0n)
    })
  }

  /** Bit indices 0 to 63 of Session Pro features that the profile shows. */
  get proFeatures(): number[] {
    return readFeatures(this.config, ['f'])
  }

  set proFeatures(features: readonly number[]) {
    this.#change(() => writeFeatures(this.config, ['f'], features))
  }

  /** What other clients stored about Session Pro. */
  get pro(): ProState {
    const expiry = readPositive(this.config, ['E'])
    return {
      accessExpiry: expiry === 0 ? null : expiry > 1e12 ? Math.floor(expiry / 1000) : expiry,
      autoRenewing: readNumber(this.config, ['A']) === 1,
      graceSeconds: readPositive(this.config, ['G']),
      refundRequestedAt: this.#recent(['R']),
      purchaseStartedAt: this.#recent(['I']),
      credential: this.#credential(),
    }
  }

  #recent(path: readonly string[]): number | null {
    const at = readPositive(this.config, path)
    return at === 0 || at < Math.floor(this.now() / 1000) - WEEK ? null : at
  }

  #credential(): RawValue | null {
    const value = this.config.get(['s'])
    if (value instanceof Map) return value as Map<string, RawValue>
    if (typeof value !== 'string') return null
    try {
      const inner = decodeRaw(value)
      return inner instanceof Map ? inner : null
    } catch (error) {
      if (error instanceof ConfigError) return null
      throw error
    }
  }

  #chosenIsNewer(): boolean {
    return readPositive(this.config, ['t']) >= readPositive(this.config, ['T'])
  }

  /** Stamps the profile when the change changed anything. */
  #change(change: () => void): void {
    if (!this.#stamp) {
      change()
      return
    }
    const before = this.config.plaintext()
    change()
    if (!sameBytes(before, this.config.plaintext())) {
      this.config.set([this.#chosenIsNewer() ? 't' : 'T'], this.#seconds())
    }
  }

  #seconds(): bigint {
    return BigInt(Math.floor(this.now() / 1000))
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
