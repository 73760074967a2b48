import { bytesToUtf8, isSessionKitError, utf8ToBytes } from '@sessionkit/bytes'
import { type AccountId, idFromBytes, idToBytes, parseId } from '@sessionkit/session-id'
import type { Config, ConfigPath } from './config.ts'
import { ConfigError } from './error.ts'
import { MAX_NAME_LENGTH, MAX_PICTURE_URL_LENGTH } from './limits.ts'
import { binaryToBytes, bytesToBinary } from './value.ts'

/** A picture on a file server with the 32-byte key that decrypts it. */
export interface ProfilePicture {
  readonly url: string
  readonly key: Uint8Array
}

/** Text as it is stored: UTF-8, one character a byte. */
export function storedText(text: string): string {
  return bytesToBinary(textBytes(text))
}

function textBytes(text: string): Uint8Array {
  try {
    return utf8ToBytes(text)
  } catch (cause) {
    throw new ConfigError('CONFIG_BAD_VALUE', 'text: not well-formed', { cause })
  }
}

/** The text of a field; empty when it is absent, of another type or no UTF-8. */
export function readText(config: Config, path: ConfigPath): string {
  const value = config.getString(path)
  if (value === undefined) return ''
  try {
    return bytesToUtf8(binaryToBytes(value))
  } catch (error) {
    if (isSessionKitError(error)) return ''
    throw error
  }
}

export function writeText(config: Config, path: ConfigPath, text: string, always: boolean = false): void {
  if (text === '' && !always) config.erase(path)
  else config.set(path, storedText(text))
}

/** Throws `CONFIG_BAD_VALUE` above 100 bytes. */
export function checkedName(name: string, what: string): string {
  const length = textBytes(name).length
  if (length > MAX_NAME_LENGTH) {
    throw new ConfigError('CONFIG_BAD_VALUE', `${what}: ${length} bytes, at most ${MAX_NAME_LENGTH}`)
  }
  return name
}

/** The longest beginning of a name that fits 100 bytes of UTF-8, cut between code points. Page 05, section 11. */
export function truncateName(name: string): string {
  const bytes = textBytes(name)
  if (bytes.length <= MAX_NAME_LENGTH) return name
  let end = MAX_NAME_LENGTH
  while (((bytes[end] as number) & 0xc0) === 0x80) end--
  return bytesToUtf8(bytes.slice(0, end))
}

/** A whole number of a field, or undefined when it is absent or beyond 2^53. */
export function readNumber(config: Config, path: ConfigPath): number | undefined {
  const value = config.getInteger(path)
  if (value === undefined) return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}

/** A number that means nothing unless it is above 0. */
export function readPositive(config: Config, path: ConfigPath): number {
  return Math.max(readNumber(config, path) ?? 0, 0)
}

/** Seconds, from a field into which some versions wrote milliseconds or microseconds. Page 05, section 11. */
export function readSeconds(config: Config, path: ConfigPath): number {
  const value = readPositive(config, path)
  if (value > 9_000_000_000_000) return Math.floor(value / 1_000_000)
  return value > 9_000_000_000 ? Math.floor(value / 1000) : value
}

/** Writes a number, or erases the field of a 0. */
export function writeNumber(config: Config, path: ConfigPath, value: number): void {
  if (!Number.isSafeInteger(value)) throw new ConfigError('CONFIG_BAD_VALUE', 'expected a whole number')
  if (value === 0) config.erase(path)
  else config.set(path, BigInt(value))
}

export function writePositive(config: Config, path: ConfigPath, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ConfigError('CONFIG_BAD_VALUE', 'expected a whole number of at least 0')
  }
  writeNumber(config, path, value)
}

export function readFlag(config: Config, path: ConfigPath): boolean {
  return (config.getInteger(path) ?? 0n) !== 0n
}

export function writeFlag(config: Config, path: ConfigPath, value: boolean): void {
  if (value) config.set(path, 1n)
  else config.erase(path)
}

/** Bytes of a field of exactly `length`, or null. */
export function readBytes(config: Config, path: ConfigPath, length: number): Uint8Array | null {
  const value = config.getString(path)
  return value?.length === length ? binaryToBytes(value) : null
}

export function checkedBytes(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (!(bytes instanceof Uint8Array) || bytes.length !== length) {
    throw new ConfigError('CONFIG_BAD_VALUE', `${what}: expected ${length} bytes`)
  }
  return bytes
}

/** Null unless URL and key are both there and well-formed: a merge can tear them apart. */
export function readPicture(config: Config, urlPath: ConfigPath, keyPath: ConfigPath): ProfilePicture | null {
  const url = readText(config, urlPath)
  const key = readBytes(config, keyPath, 32)
  return url === '' || key === null ? null : { url, key }
}

export function checkedPicture(picture: ProfilePicture | null): ProfilePicture | null {
  if (picture === null) return null
  if (typeof picture !== 'object') throw new ConfigError('CONFIG_BAD_VALUE', 'picture: expected a URL and a key')
  const length = textBytes(picture.url).length
  if (length === 0 || length > MAX_PICTURE_URL_LENGTH) {
    throw new ConfigError('CONFIG_BAD_VALUE', `picture: a URL of 1 to ${MAX_PICTURE_URL_LENGTH} bytes, got ${length}`)
  }
  return { url: picture.url, key: checkedBytes(picture.key, 32, 'picture key') }
}

export function writePicture(
  config: Config,
  urlPath: ConfigPath,
  keyPath: ConfigPath,
  picture: ProfilePicture | null,
): void {
  if (picture === null) {
    config.erase(urlPath)
    config.erase(keyPath)
    return
  }
  config.set(urlPath, storedText(picture.url))
  config.set(keyPath, bytesToBinary(picture.key))
}

/** Bit indices of a feature set; what is no index from 0 to 63 is ignored. */
export function readFeatures(config: Config, path: ConfigPath): number[] {
  const set = config.getSet(path) ?? []
  return [...set].filter((bit): bit is bigint => typeof bit === 'bigint' && bit >= 0n && bit < 64n).map(Number)
}

/** Replaces the known indices, and keeps members that are none. */
export function writeFeatures(config: Config, path: ConfigPath, features: readonly number[]): void {
  if (!Array.isArray(features)) throw new ConfigError('CONFIG_BAD_VALUE', 'features: expected a list')
  for (const bit of features) {
    if (!Number.isInteger(bit) || bit < 0 || bit > 63) throw new ConfigError('CONFIG_BAD_VALUE', 'feature: 0 to 63')
  }
  const old = readFeatures(config, path)
  const gone = old.filter((bit) => !features.includes(bit))
  if (gone.length === 0 && features.every((bit) => old.includes(bit))) return
  config.changeSet(path, { add: features.map(BigInt), remove: gone.map(BigInt) })
}

/** The dict key of an id: its 33 bytes. Throws `CONFIG_BAD_ID` for another prefix. */
export function idKey(id: string, prefixes: readonly string[]): string {
  try {
    const parsed = parseId(id)
    if (prefixes.includes(parsed.prefix)) return bytesToBinary(idToBytes(parsed.id))
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw new ConfigError('CONFIG_BAD_ID', 'id: not an id', { cause })
  }
  throw new ConfigError('CONFIG_BAD_ID', `id: expected one that begins with ${prefixes.join(' or ')}`)
}

/** The id of a dict key, or null when it is no id with one of the prefixes. */
export function idOfKey(key: string, prefixes: readonly string[]): AccountId | null {
  if (key.length !== 33 || !prefixes.includes(key.charCodeAt(0).toString(16).padStart(2, '0'))) return null
  try {
    return idFromBytes(binaryToBytes(key))
  } catch (error) {
    if (isSessionKitError(error)) return null
    throw error
  }
}
