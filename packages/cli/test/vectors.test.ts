import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { runVectors } from '../src/index.ts'
import { sessionkit } from './capture.ts'

const folder = fileURLToPath(new URL('../../../vectors/', import.meta.url))
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const temporary = mkdtempSync(join(tmpdir(), 'sessionkit-vectors-'))
afterAll(() => rmSync(temporary, { recursive: true }))

/** Operations that later packages will bring. */
const later: Readonly<Record<string, readonly string[]>> = {}
const required = [
  'attachments',
  'identity',
  'libsession-blinding',
  'libsession-crypto',
  'libsession-groups',
  'libsession-onion',
  'libsession-session-protocol',
  'libsession-xed25519',
  'slip39',
  'storage',
]

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Paths of all leaves of an entry. */
function leaves(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== 'object') return [path]
  return Object.entries(value).flatMap(([key, item]) => leaves(item as Json, [...path, key]))
}

function mutated(value: Json): Json {
  if (typeof value === 'string') {
    if (value === '') return '00'
    const last = value.at(-1)!
    return (
      value.slice(0, -1) +
      (last === '0' ? '1' : last === 'a' ? 'b' : /[0-9a-f]/.test(last) ? '0' : last === 'A' ? 'B' : 'A')
    )
  }
  if (typeof value === 'number') return value + 1
  return value === null ? 'null' : !value
}

function withMutation(entry: Json, path: readonly string[]): Json {
  const copy = structuredClone(entry) as Record<string, Json>
  let at = copy as Record<string, Json>
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, Json>
  at[path.at(-1)!] = mutated(at[path.at(-1)!]!)
  return copy
}

const ours = readdirSync(`${folder}ours`).map((file) => file.replace(/\.json$/, ''))

describe('known answers of the repository', () => {
  it.each(required)('%s: nothing fails, and only later operations are unsupported', async (stem) => {
    const report = await runVectors(`${stem}.json`, read(`${stem}.json`))
    expect(report.stem).toBe(stem)
    expect(
      report.operations.flatMap(({ name, failures }) => failures.map((f) => `${name} ${f.index}: ${f.detail}`)),
    ).toEqual([])
    const unsupported = report.operations.filter((operation) => operation.unsupported > 0).map(({ name }) => name)
    expect(unsupported).toEqual(later[stem] ?? [])
    for (const { name, passed } of report.operations) if (!unsupported.includes(name)) expect(passed).toBeGreaterThan(0)
  })

  it.each(ours)('runs our own answers of %s', async (stem) => {
    const report = await runVectors(`${stem}.json`, read(`ours/${stem}.json`))
    expect(report.stem).toBe(stem)
    for (const { name, passed, failed, unsupported } of report.operations) {
      expect([name, failed, unsupported]).toEqual([name, 0, 0])
      expect(passed).toBeGreaterThan(0)
    }
  })

  it('knows every file, also those that it cannot run yet', async () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
      const report = await runVectors(name, { ...read(name), operations: { unknown: [{}] } })
      expect(report.stem).toBe(name.replace(/\.json$/, ''))
      expect(report.operations).toMatchObject([{ passed: 0, failed: 0, unsupported: 1 }])
    }
  })

  it('runs a copy under another name, by its beginning or by its title', async () => {
    const content = read('libsession-xed25519.json')
    for (const name of ['libsession-xed25519.mine.json', 'libsession-xed25519-2.json', 'other.json']) {
      const report = await runVectors(name, content)
      expect(
        report.operations.every(({ passed, failed, unsupported }) => passed > 0 && failed + unsupported === 0),
      ).toBe(true)
    }
  })
})

/** Fields that no answer of ours can contradict: words for people, and what another program did. */
const words = new Set(['why', 'note', 'source', 'who', 'kind', 'desktop_2026_returns_seed', 'expect', 'name'])

describe('changed answers', () => {
  const cases: readonly [stem: string, operation: string, entries: number, except: readonly string[]][] = [
    // An unknown domain is unsupported. The first byte of the data is a zero, as legacy padding is.
    ['attachments', 'deterministic', 1, ['domain']],
    ['attachments', 'deterministic_sizes', 2, []],
    ['attachments', 'deterministic_accept', 2, []],
    ['attachments', 'legacy', 1, ['data.size']],
    ['attachments', 'legacy_unpadded', 2, []],
    ['attachments', 'profile_picture', 2, []],
    ['attachments', 'file_ids', 1, []],
    ['libsession-crypto', 'hash', 2, []],
    ['libsession-crypto', 'ed25519_to_x25519', 2, []],
    ['libsession-crypto', 'ed25519_sign', 2, []],
    ['libsession-crypto', 'ons_decrypt', 2, []],
    ['libsession-crypto', 'push_notification_decrypt', 2, []],
    // No padding and padding to 1 are the same.
    ['libsession-crypto', 'multi_encrypt', 3, ['pad_to_multiple_of']],
    ['libsession-groups', 'load_admin_key', 1, []],
    ['libsession-groups', 'subaccount', 2, []],
    ['libsession-groups', 'kicked_message', 2, []],
    // Padding to 1 is none, as padding to 0; what is too short to be compressed is not.
    ['libsession-groups', 'encrypt_message', 2, ['padding', 'compress_requested']],
    ['ours/closed-groups', 'group_message', 8, ['padding']],
    ['ours/closed-group-updates', 'signed_text', 10, []],
    ['ours/closed-group-updates', 'update_content', 13, []],
    ['ours/closed-group-updates', 'legacy_message', 3, []],
    ['ours/closed-group-updates', 'legacy_key_pair', 2, []],
    // Times only order keys of one generation, and the keys are the same here.
    [
      'libsession-groups',
      'rekey_conflict',
      1,
      ['base_timestamp_ms', 'timestamp1_ms', 'timestamp2_ms', 'resolving_timestamp_ms', 'admin2_change'],
    ],
    ['libsession-blinding', 'blinded_ids_and_keys', 2, []],
    ['libsession-blinding', 'blinded_signatures', 2, []],
    ['libsession-blinding', 'version_blinding', 2, ['version_check.platform']],
    ['libsession-session-protocol', 'blinded_encrypt', 2, []],
    ['libsession-xed25519', 'sign', 2, []],
    ['libsession-xed25519', 'pubkey', 2, []],
    ['libsession-session-protocol', 'v1_encrypt', 2, ['recipient_given_with_05_prefix']],
    ['libsession-session-protocol', 'v1_encrypt_deterministic', 2, ['recipient_given_with_05_prefix']],
    // The guard's Ed25519 key is in no layer; it only says whom to call.
    ['libsession-onion', 'onion_request', 6, ['hops.0.ed25519_pk']],
    ['libsession-onion', 'onion_response', 2, []],
    ['libsession-onion', 'onion_response_fallback_to_aes_gcm', 2, []],
    ['slip39', 'join', 1, ['description']],
    ['storage', 'swarm_space', 2, []],
    ['storage', 'message_hash', 2, []],
    ['storage', 'namespaces', 5, ['namespace']],
    // Parameters that no signature covers are only sent.
    [
      'storage',
      'request_signatures',
      12,
      [
        'params.timestamp',
        'params.ttl',
        'params.data',
        'params.last_hash',
        'params.max_size',
        'params.max_count',
        'params.required',
      ],
    ],
    ['storage', 'subaccount_tokens', 2, ['flags']],
    ['storage', 'poll_max_size', 2, []],
    // What no signature covers is only sent; data that is left out is only counted.
    ['ours/push', 'subscribe', 7, ['request.service', 'request.service_info.token', 'request.enc_key']],
    ['ours/push', 'unsubscribe', 3, ['request.service', 'request.service_info.token']],
    ['ours/envelope', 'padding', 20, []],
    ['ours/onion', 'v4_request', 8, []],
    ['ours/onion', 'v4_answer', 4, ['spaced']],
    ['ours/config-multipart', 'multipart', 2, []],
    ['ours/open-groups', 'request_signatures', 3, []],
    ['ours/open-groups', 'message_dialects', 8, ['dialect']],
    ['ours/push', 'notification', 9, ['data_formula.byte']],
    ['identity', 'accounts', 2, []],
    ['identity', 'ed25519_to_x25519', 4, []],
    ['identity', 'ed25519_sign', 1, []],
    ['identity', 'xed25519_pubkey', 2, []],
    ['identity', 'version_blinding_07', 1, []],
    ['identity', 'blake2b', 4, []],
    ['identity', 'phrases_english', 2, []],
    ['identity', 'chunk_arithmetic', 1, []],
    ['identity', 'word_lists', 3, ['english_name']],
    ['identity', 'encode_48_words_no_checksum', 1, ['seed_is']],
    ['identity', 'phrases_all_languages_16_bytes', 1, []],
    ['identity', 'german_casefold_collisions', 1, []],
  ]
  it.each(cases)('%s/%s: every change of a field is seen', async (stem, operation, count, except) => {
    const file = read(`${stem}.json`)
    const all = [file.operations?.[operation] ?? file[operation]].flat() as Json[]
    const step = Math.max(1, Math.floor(all.length / count))
    const entries = all.filter((_, i) => i % step === 0).slice(0, count)
    const { operations: _, ...meta } = file
    for (const entry of entries) {
      const skipped = (path: readonly string[]) => path.some((key) => words.has(key)) || except.includes(path.join('.'))
      const paths = leaves(entry).filter((path) => !skipped(path))
      const changed = paths.map((path) => withMutation(entry, path))
      const report = await runVectors(`${stem}.json`, { ...meta, operations: { [operation]: changed } })
      const { failures, reasons } = report.operations[0]!
      // A changed name of a cipher or method is unknown, not wrong.
      const missed = paths.filter((_, i) => !failures.some(({ index }) => index === i)).map((path) => path.join('.'))
      expect(missed.filter((path) => !/(enc_type|answered_with|type|protocol|method|signer)$/.test(path))).toEqual([])
      expect(failures.length + reasons.length).toBeGreaterThan(0)
    }
  })

  it('sees a reject that is no reject, and an answer that is one', async () => {
    const onion = read('libsession-onion.json')
    const good = onion.operations.onion_response[0]
    const accepted = { ...good, kind: 'response', expect: 'reject', rng: [] }
    const storage = read('storage.json')
    const [signature] = storage.operations.response_signatures
    const [v1] = read('libsession-session-protocol.json').operations.v1_encrypt
    const reports = await Promise.all([
      runVectors('libsession-onion.json', { operations: { onion_reject: [accepted] } }),
      runVectors('storage.json', { operations: { response_signatures: [{ ...signature, valid: false }] } }),
      runVectors('libsession-session-protocol.json', { operations: { v1_decrypt_reject: [{ ...v1, rng: [] }] } }),
    ])
    for (const { operations } of reports) expect(operations[0]).toMatchObject({ passed: 0, failed: 1 })
  })
})

describe('sessionkit vectors', () => {
  const path = (name: string, content: unknown) => {
    const file = join(temporary, name)
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    return file
  }

  it('prints a line an operation and the total, and exits with 0', async () => {
    const { code, out, err } = await sessionkit(['vectors', join(folder, 'libsession-xed25519.json')])
    expect(code).toBe(0)
    expect(err).toBe('')
    const lines = out.trimEnd().split('\n')
    expect(lines.slice(0, -1).every((line) => /^\w+: \d+ passed, 0 failed, 0 unsupported$/.test(line))).toBe(true)
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed$/)
  })

  it('exits with 1 when something fails, and shows the first difference', async () => {
    const content = read('libsession-crypto.json')
    content.operations = { hash: content.operations.hash.slice(0, 2) }
    content.operations.hash[1].hash = '00'
    const { code, out } = await sessionkit(['vectors', path('libsession-crypto.bad.json', content)])
    expect(code).toBe(1)
    expect(out).toMatch(/^hash: 1 passed, 1 failed, 0 unsupported\n {2}entry 1: hash: expected "00", got "/)
    expect(out.trimEnd().split('\n').at(-1)).toBe('1 passed, 1 failed')
  })

  it('passes over what is unsupported, but not with --strict', async () => {
    const files = [
      path('storage.new.json', { operations: { teleport: [{}, {}] } }),
      path('unheard.json', { schema: 9 }),
    ]
    const easy = await sessionkit(['vectors', ...files])
    expect(easy.code).toBe(0)
    expect(easy.out).toContain('teleport: 0 passed, 0 failed, 2 unsupported')
    expect(easy.out).toMatch(/2 unsupported, in 2 operations\n0 passed, 0 failed\n$/)
    expect((await sessionkit(['vectors', '--strict', ...files])).code).toBe(1)
    expect((await sessionkit(['vectors', '--strict', join(folder, 'libsession-xed25519.json')])).code).toBe(0)
  })

  it('says the same in JSON', async () => {
    const content = { operations: { hash: [{ message: '', key: null, size: 16, hash: '' }] } }
    const { code, out } = await sessionkit(['vectors', '--json', path('libsession-crypto.json', content)])
    expect(code).toBe(1)
    const [operation, total] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(operation).toMatchObject({ type: 'operation', name: 'hash', passed: 0, failed: 1, failures: [{ index: 0 }] })
    expect(total).toEqual({ type: 'total', passed: 0, failed: 1, unsupported: 0, unsupportedOperations: 0 })
  })

  it('tells missing and broken files', async () => {
    const missing = await sessionkit(['vectors', join(temporary, 'nowhere.json')])
    expect(missing).toMatchObject({ code: 2, out: '' })
    expect(missing.err).toContain('CLI_NO_FILE')
    expect(await sessionkit(['vectors', path('broken.json', '{')])).toMatchObject({ code: 1, out: '' })
    expect((await sessionkit(['vectors'])).code).toBe(2)
  })

  it('shows a progress bar on a terminal only', async () => {
    const args = ['vectors', join(folder, 'libsession-xed25519.json')]
    expect((await sessionkit(args, { terminal: true })).err).toContain('█')
    expect((await sessionkit(args)).err).toBe('')
  })
})
