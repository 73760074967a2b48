import { type BencodeReader, encodeString, tooDeep } from './bencode-text.ts'
import { ConfigError } from './error.ts'
import { MAX_CONFIG_DEPTH } from './limits.ts'
import { type ConfigDict, type ConfigScalar, type ConfigSet, type ConfigValue, compareScalars } from './value.ts'

/** Reads the application data of a message; only the top dict may be empty. Protocol page 05, sections 2 and 17. */
export function readData(reader: BencodeReader, depth: number): ConfigDict {
  if (depth >= MAX_CONFIG_DEPTH) throw tooDeep()
  if (!reader.isNext('d')) throw bad('expected a dict')
  reader.open('d')
  const dict: ConfigDict = new Map()
  let previous: string | null = null
  while (!reader.close()) {
    previous = reader.key(previous)
    dict.set(previous, readValue(reader, depth + 1))
  }
  return dict
}

function readValue(reader: BencodeReader, depth: number): ConfigValue {
  if (reader.isString()) return reader.string()
  if (reader.isNext('i')) return reader.integer()
  const value = reader.isNext('l') ? readSet(reader) : readData(reader, depth)
  if (value.size === 0) throw bad('an empty set or dict')
  return value
}

function readSet(reader: BencodeReader): ConfigSet {
  return new Set(readScalars(reader, () => bad('a set that is not strictly sorted scalars')))
}

/** A list of scalars in strictly ascending order. */
export function readScalars(reader: BencodeReader, refuse: () => ConfigError): ConfigScalar[] {
  if (!reader.isNext('l')) throw refuse()
  reader.open('l')
  const scalars: ConfigScalar[] = []
  let previous: ConfigScalar | undefined
  while (!reader.close()) {
    if (!reader.isString() && !reader.isNext('i')) throw refuse()
    const scalar = reader.isString() ? reader.string() : reader.integer()
    if (previous !== undefined && compareScalars(previous, scalar) >= 0) throw refuse()
    scalars.push(scalar)
    previous = scalar
  }
  return scalars
}

export function writeData(value: ConfigValue): string {
  if (typeof value === 'bigint') return `i${value}e`
  if (typeof value === 'string') return encodeString(value)
  if (value instanceof Set) return writeScalars(value)
  let text = 'd'
  for (const key of [...value.keys()].sort()) text += encodeString(key) + writeData(value.get(key) as ConfigValue)
  return `${text}e`
}

export function writeScalars(scalars: Iterable<ConfigScalar>): string {
  let text = 'l'
  for (const scalar of [...scalars].sort(compareScalars)) text += writeData(scalar)
  return `${text}e`
}

function bad(what: string): ConfigError {
  return new ConfigError('CONFIG_BAD_DATA', `data: ${what}`)
}
