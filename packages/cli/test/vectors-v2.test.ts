import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runVectors } from '../src/vectors/runner.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Sections = Record<'reference_inputs' | 'regression_vectors', Record<string, Record<string, Json>>>

const read = (): Sections & Record<string, Json> =>
  JSON.parse(readFileSync(new URL('../../../vectors/protocol-v2.json', import.meta.url), 'utf8'))

/** Places of an entry; of a list only the first one. */
function leaves(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== 'object') return [path]
  if (Array.isArray(value)) return value.length === 0 ? [] : leaves(value[0]!, [...path, '0'])
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))
}

function mutated(value: Json): Json {
  if (typeof value === 'number') return value + 1
  if (typeof value !== 'string') return value === null ? 'null' : !value
  const last = value.at(-1)!
  return `${value.slice(0, -1)}${last === '0' ? '1' : /[0-9a-f]/.test(last) ? '0' : 'A'}`
}

function withMutation(entry: Json, path: readonly string[]): Json {
  const copy = structuredClone(entry) as Record<string, Json>
  let at = copy
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, Json>
  at[path.at(-1)!] = mutated(at[path.at(-1)!]!)
  return copy
}

/** What is in words, or cannot be computed from the entry (protocol page 10, section 12). */
const unseen: Readonly<Record<string, readonly string[]>> = {
  // The end of the seed is what answers to a wrong ciphertext.
  message_v2_pfs: ['account_mlkem768_seed_d_z'],
  link_request: ['device_id', 'device_keys', 'record_digest_blake2b8', 'plaintext_sha256', 'message_sha256'],
}

describe('protocol-v2.json', () => {
  it('passes whole', async () => {
    const report = await runVectors('protocol-v2.json', read())
    for (const { name, failures, passed, unsupported } of report.operations) {
      expect([name, failures, unsupported, passed]).toEqual([name, [], 0, 1])
    }
    const { reference_inputs, regression_vectors } = read()
    const count = Object.keys(reference_inputs).length + Object.keys(regression_vectors).length
    expect(report.operations).toHaveLength(count)
  })

  it.each(Object.keys(read().regression_vectors))('sees every changed field of %s', async (name) => {
    const file = read()
    const entry = file.regression_vectors[name]!
    const skipped = new Set(['provenance', ...(unseen[name] ?? [])])
    const paths = leaves(entry).filter((path) => !skipped.has(path[0]!))
    const changed = paths.map((path) => withMutation(entry, path))
    // The other entries stay, since one may take its inputs from another.
    const content = {
      ...file,
      reference_inputs: {},
      regression_vectors: { ...file.regression_vectors, [name]: changed },
    }
    const operation = (await runVectors('protocol-v2.json', content)).operations.find((one) =>
      one.name.endsWith(`.${name}`),
    )!
    const seen = new Set(operation.failures.map(({ index }) => index))
    const missed = paths.filter((_, index) => !seen.has(index)).map((path) => path.join('.'))
    // Words that are not understood are unsupported, not wrong.
    expect(missed.slice(operation.unsupported)).toEqual([])
  })

  it('sees a reject that is none, and reasons that are others', async () => {
    const file = read()
    const entry = file.reference_inputs.dm_receive!
    const rejects = (list: Json): Json => ({ ...entry, rejects: list })
    const entries = [
      rejects([{ wire: '', reason: 'unknown_version' }]),
      rejects([{ wire: '0003', reason: 'bad_format' }]),
      rejects([{ wire: '0002', reason: 'no_pfs_key' }]),
      { ...entry, wire_offsets: { ...(entry.wire_offsets as object), aead: 1125 } } as Json,
    ]
    const content = { ...file, reference_inputs: { dm_receive: entries }, regression_vectors: {} }
    const [report] = (await runVectors('protocol-v2.json', content)).operations
    expect(report).toMatchObject({ passed: 0, failed: 4 })
  })
})
