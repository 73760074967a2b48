import { type BencodeReader, encodeString, tooDeep } from './bencode-text.ts'
import { readScalars, writeScalars } from './data.ts'
import { ConfigError } from './error.ts'
import { MAX_CONFIG_DEPTH } from './limits.ts'
import { type ConfigDict, type ConfigScalar, type ConfigSet, type ConfigValue, copyValue, kindOf } from './value.ts'

/** `''` a scalar assigned, `'-'` a scalar removed, an object a set's changes, a map the changes inside a dict. */
export type DiffValue = '' | '-' | SetDiff | ConfigDiff
export type ConfigDiff = Map<string, DiffValue>
export interface SetDiff {
  readonly added: readonly ConfigScalar[]
  readonly removed: readonly ConfigScalar[]
}

/** Reads a diff. Protocol page 05, sections 2 and 17. */
export function readDiff(reader: BencodeReader, depth: number): ConfigDiff {
  if (depth >= MAX_CONFIG_DEPTH) throw tooDeep()
  if (!reader.isNext('d')) throw bad('expected a dict')
  reader.open('d')
  const diff: ConfigDiff = new Map()
  let previous: string | null = null
  while (!reader.close()) {
    previous = reader.key(previous)
    diff.set(previous, readDiffValue(reader, depth + 1))
  }
  return diff
}

function readDiffValue(reader: BencodeReader, depth: number): DiffValue {
  if (reader.isString()) {
    const mark = reader.string()
    if (mark !== '' && mark !== '-') throw bad('a mark that is neither empty nor "-"')
    return mark
  }
  if (reader.isNext('i')) throw bad('an integer')
  if (!reader.isNext('l')) return readDiff(reader, depth)
  reader.open('l')
  const refuse = (): ConfigError => bad('a set change that is not two sorted lists of scalars')
  const added = readScalars(reader, refuse)
  const removed = readScalars(reader, refuse)
  if (!reader.close()) throw refuse()
  return { added, removed }
}

export function writeDiff(diff: ConfigDiff): string {
  let text = 'd'
  for (const key of [...diff.keys()].sort()) {
    const value = diff.get(key) as DiffValue
    text += encodeString(key)
    if (typeof value === 'string') text += encodeString(value)
    else if (value instanceof Map) text += writeDiff(value)
    else text += `l${writeScalars(value.added)}${writeScalars(value.removed)}e`
  }
  return `${text}e`
}

const nothing: ConfigDict = new Map()

/** What changed from `before` to `after`, both pruned. */
export function computeDiff(before: ConfigDict, after: ConfigDict): ConfigDiff {
  const diff: ConfigDiff = new Map()
  for (const [key, old] of before) {
    if (after.has(key)) continue
    if (old instanceof Map) diff.set(key, computeDiff(old, nothing))
    else if (old instanceof Set) diff.set(key, { added: [], removed: [...old] })
    else diff.set(key, '-')
  }
  for (const [key, value] of after) {
    const old = before.get(key)
    const comparable = old !== undefined && kindOf(old) === kindOf(value) ? old : undefined
    const change = changeOf(comparable, value)
    if (change !== undefined) diff.set(key, change)
  }
  return diff
}

function changeOf(old: ConfigValue | undefined, value: ConfigValue): DiffValue | undefined {
  if (value instanceof Map) {
    const inside = computeDiff((old as ConfigDict | undefined) ?? nothing, value)
    return inside.size === 0 && old !== undefined ? undefined : inside
  }
  if (value instanceof Set) {
    const before: ConfigSet = (old as ConfigSet | undefined) ?? new Set()
    const added = [...value].filter((member) => !before.has(member))
    const removed = [...before].filter((member) => !value.has(member))
    return added.length + removed.length === 0 ? undefined : { added, removed }
  }
  return old === value ? undefined : ''
}

/** Replays a diff on `data`; assigned values come from `source`, the data of a message that contains the diff. */
export function applyDiff(data: ConfigDict, diff: ConfigDiff, source: ConfigDict): void {
  for (const [key, change] of diff) {
    const from = source.get(key)
    if (from === undefined || kindOf(from) !== kindOfChange(change) || change === '-') data.delete(key)
    else if (change === '') data.set(key, copyValue(from))
    else if (change instanceof Map) {
      let inside = data.get(key)
      if (!(inside instanceof Map)) {
        inside = new Map()
        data.set(key, inside)
      }
      applyDiff(inside, change, from as ConfigDict)
    } else {
      let set = data.get(key)
      if (!(set instanceof Set)) {
        set = new Set()
        data.set(key, set)
      }
      for (const member of change.added) set.add(member)
      for (const member of change.removed) set.delete(member)
    }
  }
}

function kindOfChange(change: DiffValue): 'scalar' | 'set' | 'dict' {
  return typeof change === 'string' ? 'scalar' : change instanceof Map ? 'dict' : 'set'
}

function bad(what: string): ConfigError {
  return new ConfigError('CONFIG_BAD_DIFF', `diff: ${what}`)
}
