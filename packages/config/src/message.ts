import { blake2b } from '@sessionkit/crypto'
import { BencodeReader, encodeString } from './bencode-text.ts'
import { readData, writeData } from './data.ts'
import { type ConfigDiff, computeDiff, readDiff, writeDiff } from './diff.ts'
import { ConfigError } from './error.ts'
import { CONFIG_LAG, MAX_PLAINTEXT, MAX_SEQNO } from './limits.ts'
import { binaryToBytes, bytesToBinary, type ConfigDict, copyDict, prune } from './value.ts'

/** The diff of an earlier message that a message carries along. `hash` is 32 bytes as text of one character a byte. */
export interface Lag {
  readonly seqno: number
  readonly hash: string
  readonly diff: ConfigDiff
}

/** A parsed config message. Treat it as frozen: `plaintext` and `hash` belong to exactly this content. */
export interface ConfigMessage {
  readonly seqno: number
  readonly data: ConfigDict
  readonly lags: readonly Lag[]
  readonly diff: ConfigDiff
  /** Top-level keys that this version does not know, each with its bencoded value. */
  readonly unknown: ReadonlyMap<string, string>
  readonly signature: Uint8Array | null
  readonly plaintext: Uint8Array
  readonly hash: string
}

/** A message that is being edited: its diff is computed against `original` when it is written. */
export interface ConfigDraft {
  readonly seqno: number
  readonly data: ConfigDict
  readonly original: ConfigDict
  readonly lags: readonly Lag[]
  readonly unknown: ReadonlyMap<string, string>
}

export type SignConfig = (message: Uint8Array) => Uint8Array
export type VerifyConfig = (input: { readonly message: Uint8Array; readonly signature: Uint8Array }) => boolean

/** Bytes of `1:~64:…e` at the end of a signed message. */
const SIGNED_TAIL = 6 + 64 + 1

/**
 * Parses a decrypted, decompressed config message strictly. With `verify` a valid signature is demanded.
 * Protocol page 05, sections 2, 4 and 17.
 *
 * Throws `CONFIG_TOO_LARGE`, `CONFIG_BAD_BENCODE`, `CONFIG_TOO_DEEP`, `CONFIG_UNREADABLE_VERSION`,
 * `CONFIG_BAD_MESSAGE`, `CONFIG_BAD_SEQNO`, `CONFIG_BAD_DATA`, `CONFIG_BAD_LAGS`, `CONFIG_BAD_DIFF` and
 * `CONFIG_BAD_SIGNATURE`.
 */
export function parseConfigMessage(
  plaintext: Uint8Array,
  options: { readonly verify?: VerifyConfig | undefined } = {},
): ConfigMessage {
  if (!(plaintext instanceof Uint8Array)) {
    throw new ConfigError('CONFIG_BAD_ARGUMENT', 'plaintext: expected a Uint8Array')
  }
  if (plaintext.length > MAX_PLAINTEXT) {
    throw new ConfigError('CONFIG_TOO_LARGE', `plaintext: ${plaintext.length} bytes, at most ${MAX_PLAINTEXT}`)
  }
  const bytes = new Uint8Array(plaintext)
  const reader = new BencodeReader(bytesToBinary(bytes))
  reader.open('d')
  let previous = firstKey(reader)
  const seqno = readSeqno(reader)
  let data: ConfigDict | undefined
  let lags: Lag[] = []
  let diff: ConfigDiff | undefined
  let signature: string | null = null
  const unknown = new Map<string, string>()
  while (!reader.close()) {
    const key = reader.key(previous)
    previous = key
    if (signature !== null) throw bad('a key after "~"')
    if (key > '~') throw bad('a key that sorts after "~"')
    if (key === '&') data = readData(reader, 1)
    else if (key === '<') lags = readLags(reader, seqno)
    else if (key === '=') diff = readDiff(reader, 1)
    else if (key === '~') {
      if (!reader.isString()) throw badSignature('not a string')
      signature = reader.string()
      if (signature.length !== 64) throw badSignature(`${signature.length} bytes, not 64`)
    } else {
      const start = reader.at
      reader.value(1)
      unknown.set(key, reader.text.slice(start, reader.at))
    }
  }
  reader.end()
  if (data === undefined) throw bad('no data')
  if (diff === undefined) throw bad('no diff')
  const signed = signature === null ? null : binaryToBytes(signature)
  if (options.verify !== undefined) {
    if (signed === null) throw badSignature('missing')
    const message = bytes.slice(0, bytes.length - SIGNED_TAIL)
    if (!options.verify({ message, signature: signed })) throw badSignature('wrong')
  }
  return { seqno, data, lags, diff, unknown, signature: signed, plaintext: bytes, hash: hashOf(bytes) }
}

function firstKey(reader: BencodeReader): string {
  if (reader.close()) throw bad('empty')
  const key = reader.key(null)
  if (key < '#') throw new ConfigError('CONFIG_UNREADABLE_VERSION', 'written for readers of a later version')
  if (key !== '#') throw bad('the first key is not "#"')
  return key
}

function readSeqno(reader: BencodeReader): number {
  if (!reader.isNext('i')) throw new ConfigError('CONFIG_BAD_SEQNO', 'seqno: not an integer')
  return checkedSeqno(reader.integer())
}

function checkedSeqno(value: bigint): number {
  if (value < 0n || value > BigInt(MAX_SEQNO)) throw new ConfigError('CONFIG_BAD_SEQNO', 'seqno: out of range')
  return Number(value)
}

function readLags(reader: BencodeReader, own: number): Lag[] {
  if (!reader.isNext('l')) throw badLags('not a list')
  reader.open('l')
  const lags: Lag[] = []
  while (!reader.close()) {
    if (!reader.isNext('l')) throw badLags('an entry that is not a list')
    reader.open('l')
    if (!reader.isNext('i')) throw badLags('a seqno that is not an integer')
    const seqno = reader.integer()
    if (seqno >= BigInt(own)) throw badLags('a seqno that is not before the message')
    if (seqno <= BigInt(own - CONFIG_LAG)) {
      while (!reader.close()) reader.value(2)
      continue
    }
    if (seqno < 0n || !reader.isString()) throw badLags('a hash that is not a string, or a negative seqno')
    const hash = reader.string()
    if (hash.length !== 32) throw badLags('a hash that is not 32 bytes')
    // Counted as in the message that it comes from: data that could be read must not make later messages unreadable.
    const lag = { seqno: Number(seqno), hash, diff: readDiff(reader, 1) }
    if (!reader.close()) throw badLags('an entry of more than three elements')
    const last = lags.at(-1)
    if (last !== undefined && compareVersions(last, lag) >= 0) throw badLags('not strictly ascending')
    lags.push(lag)
  }
  return lags
}

/** Order of messages: by seqno, then by hash. */
export function compareVersions(
  a: { readonly seqno: number; readonly hash: string },
  b: { readonly seqno: number; readonly hash: string },
): number {
  return a.seqno - b.seqno || (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)
}

/** Writes a draft as the message that it will be: pruned, with its diff, signed if `sign` is given. */
export function finishDraft(draft: ConfigDraft, sign?: SignConfig | undefined): ConfigMessage {
  const { seqno, unknown } = draft
  const data = copyDict(draft.data)
  prune(data)
  const diff = computeDiff(draft.original, data)
  const lags = draft.lags.filter((lag) => lag.seqno > seqno - CONFIG_LAG && lag.seqno < seqno).sort(compareVersions)
  const fields = new Map(unknown)
  fields.set('&', writeData(data))
  fields.set('<', `l${lags.map((lag) => `li${lag.seqno}e${encodeString(lag.hash)}${writeDiff(lag.diff)}e`).join('')}e`)
  fields.set('=', writeDiff(diff))
  let text = `d1:#i${seqno}e`
  for (const key of [...fields.keys()].sort()) text += encodeString(key) + fields.get(key)
  let plaintext = binaryToBytes(text)
  let signature: Uint8Array | null = null
  if (sign !== undefined) {
    signature = new Uint8Array(sign(plaintext))
    if (signature.length !== 64) throw badSignature('the signer gave no 64 bytes')
    text += `1:~64:${bytesToBinary(signature)}`
  }
  plaintext = binaryToBytes(`${text}e`)
  if (plaintext.length > MAX_PLAINTEXT) {
    throw new ConfigError('CONFIG_TOO_LARGE', `plaintext: ${plaintext.length} bytes, at most ${MAX_PLAINTEXT}`)
  }
  return { seqno, data, lags, diff, unknown, signature, plaintext, hash: hashOf(plaintext) }
}

/** The plaintext without its signature, as a dump keeps it. */
export function withoutSignature(message: ConfigMessage): Uint8Array {
  if (message.signature === null) return message.plaintext
  const { plaintext } = message
  const bytes = plaintext.slice(0, plaintext.length - SIGNED_TAIL + 1)
  bytes[bytes.length - 1] = 0x65
  return bytes
}

/** The signed form of a message that a dump kept without its signature. */
export function signAgain(message: ConfigMessage, sign: SignConfig): ConfigMessage {
  const body = message.plaintext.slice(0, -1)
  const signature = new Uint8Array(sign(body))
  const plaintext = new Uint8Array(body.length + SIGNED_TAIL)
  plaintext.set(body)
  plaintext.set(binaryToBytes('1:~64:'), body.length)
  plaintext.set(signature, body.length + 6)
  plaintext[plaintext.length - 1] = 0x65
  return { ...message, signature, plaintext, hash: hashOf(plaintext) }
}

/** The message after `message`, ready to be edited. Protocol page 05, section 2 ("increment"). */
export function incrementMessage(message: ConfigMessage): ConfigDraft {
  const { seqno, hash, diff } = message
  if (seqno >= MAX_SEQNO) throw new ConfigError('CONFIG_BAD_SEQNO', 'seqno: exhausted')
  return {
    seqno: seqno + 1,
    data: copyDict(message.data),
    original: copyDict(message.data),
    lags: [...message.lags, { seqno, hash, diff }],
    unknown: message.unknown,
  }
}

/** The message that every new config starts from, seqno 0. */
export function emptyMessage(): ConfigMessage {
  return finishDraft({ seqno: 0, data: new Map(), original: new Map(), lags: [], unknown: new Map() })
}

/** BLAKE2b-256 of the plaintext: what lags name a message by. */
export function configHash(plaintext: Uint8Array): Uint8Array {
  return blake2b({ message: plaintext, length: 32 })
}

function hashOf(plaintext: Uint8Array): string {
  return bytesToBinary(configHash(plaintext))
}

function bad(what: string): ConfigError {
  return new ConfigError('CONFIG_BAD_MESSAGE', `config message: ${what}`)
}

function badLags(what: string): ConfigError {
  return new ConfigError('CONFIG_BAD_LAGS', `lags: ${what}`)
}

function badSignature(what: string): ConfigError {
  return new ConfigError('CONFIG_BAD_SIGNATURE', `signature: ${what}`)
}
