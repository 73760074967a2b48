/**
 * `pnpm bench [--json FILE] [--readme] [--only TEXT] [--quick]`: each headline operation with each crypto backend,
 * beside the same composition on sodium-native and, where it exists, the way of the official desktop client.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { decodePhrase, encodePhrase } from '@sessionkit/mnemonic'
import sodium from 'sodium-native'
import { loadOperations } from './bundle.ts'
import * as desktop from './desktop.ts'
import { type Contender, measure } from './measure.ts'
import type { NativeHop } from './native.ts'
import * as native from './native.ts'
import type { Inputs, OperationName, Operations } from './operations.ts'
import { benchScaled, type ScaledRow } from './scale.ts'
import { linearSwarm } from './swarm-linear.ts'

interface Row {
  readonly operation: string
  readonly backend: string
  readonly opsPerSecond: number
  readonly nativeOpsPerSecond: number | null
  readonly ratio: number | null
}

/** The name of the contender that the ratios refer to. */
const LIMIT = 'sodium-native'

type Backend = 'node' | 'portable' | 'native'

/** Goals as ratios to `sodium-native` itself on Node 20. */
const goals: Partial<Record<OperationName, Partial<Record<Backend, number>>>> = {
  'onion build, 3 hops, xchacha20': { node: 0.8, portable: 0.25, native: 0.75 },
  'onion build, 3 hops, aes-gcm': { node: 0.8, portable: 0.25, native: 0.75 },
  'v1 seal, 280 bytes': { node: 0.62, portable: 0.45, native: 0.9 },
  'v1 open, 280 bytes': { node: 0.55, portable: 0.45, native: 0.9 },
  'phrase to id': { node: 0.85, portable: 0.4 },
  'X25519 key pair and DH': { native: 0.9 },
  'Ed25519 sign, 384 bytes': { native: 0.9 },
  'Ed25519 verify, 384 bytes': { native: 0.9 },
  'sealed box, 384 bytes': { native: 0.9 },
  'sealed box open, 384 bytes': { native: 0.9 },
}

const { values: flags } = parseArgs({
  options: {
    json: { type: 'string' },
    readme: { type: 'boolean' },
    only: { type: 'string' },
    quick: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})

if (flags.help) {
  console.log('pnpm bench [--json FILE] [--readme] [--only TEXT] [--quick]\n\n  pnpm bench --only onion')
  process.exit(0)
}

/** Fixed bytes: the same inputs in every run and for every contender. */
const bytes = (label: string, length: number): Buffer => {
  const blocks: Buffer[] = []
  for (let i = 0; i * 32 < length; i++) blocks.push(createHash('sha256').update(`${label} ${i}`).digest())
  return Buffer.concat(blocks).subarray(0, length)
}

const nodes = ['guard', 'middle', 'exit', 'destination'].map((name) => {
  const account = native.deriveAccount(bytes(name, 32))
  return { ed25519: account.edPublic, x25519: account.xPublic, ed25519Hex: account.edPublic.toString('hex') }
})
const alice = native.deriveAccount(bytes('alice', 16))
const bob = native.deriveAccount(bytes('bob', 16))
const inputs: Inputs = {
  hops: nodes.map(({ ed25519, x25519 }) => ({ ed25519: new Uint8Array(ed25519), x25519: new Uint8Array(x25519) })),
  payload: new Uint8Array(bytes('payload', 1000)),
  content: new Uint8Array(bytes('content', 280)),
  aliceSeed: new Uint8Array(bytes('alice', 16)),
  bobSeed: new Uint8Array(bytes('bob', 16)),
  swarmIds: Array.from({ length: 300 }, (_, i) => bytes(`swarm ${i}`, 8).readBigUInt64BE()),
  // Flat strings, as ids come from JSON or a parser; joined ones would be measured with their seams.
  ids: Array.from({ length: 100_000 }, (_, i) => Buffer.concat([Buffer.of(5), bytes(`id ${i}`, 32)]).toString('hex')),
}

const [guard, middle, exit, target] = nodes as unknown as [NativeHop, NativeHop, NativeHop, NativeHop]
const path = [guard, middle, exit]
const payload = Buffer.from(inputs.payload)
const content = Buffer.from(inputs.content)
const peelSecret = bytes('peel', 32)
const peelPublic = Buffer.alloc(32)
sodium.crypto_scalarmult_base(peelPublic, peelSecret)
const peelBody = native.buildOnion('xchacha20', [{ ...guard, x25519: peelPublic }, middle, exit], target, payload)
const box = native.sealV1(content, alice, bob.xPublic)
const phrase = encodePhrase(inputs.aliceSeed)
const signed = Buffer.alloc(384)
const signature = native.sign(signed, alice)
const sealed = native.seal(signed, bob.xPublic)

const nativeWays: Partial<Record<OperationName, () => unknown>> = {
  'onion build, 3 hops, xchacha20': () => native.buildOnion('xchacha20', path, target, payload),
  'onion build, 3 hops, aes-gcm': () => native.buildOnion('aes-gcm', path, target, payload),
  'onion peel': () => native.peelOnion(peelBody, peelSecret, peelPublic),
  'v1 seal, 280 bytes': () => native.sealV1(content, alice, bob.xPublic),
  'v1 open, 280 bytes': () => native.openV1(box, bob),
  'phrase to id': () => native.deriveAccount(decodePhrase(phrase).reveal()).id,
  'X25519 key pair and DH': () => native.pairAndShare(guard.x25519),
  'Ed25519 sign, 384 bytes': () => native.sign(signed, alice),
  'Ed25519 verify, 384 bytes': () => native.verify(signed, signature, alice),
  'sealed box, 384 bytes': () => native.seal(signed, bob.xPublic),
  'sealed box open, 384 bytes': () => native.open(sealed, bob),
}

/** Other ways of the same work, shown beside ours: [label, run, how many operations one run stands for]. */
const others: Partial<Record<OperationName, { label: string; run: () => unknown; share: number }>> = {
  'onion build, 3 hops, aes-gcm': { label: 'desktop', run: () => desktop.buildOnion(path, target, payload), share: 1 },
  'swarm mapping, 100,000 ids': {
    label: 'linear BigInt',
    run: () => {
      for (let i = 0; i < 1000; i++) linearSwarm(inputs.ids[i]!, inputs.swarmIds)
    },
    share: 0.01,
  },
}

const node = await loadOperations<Operations>('operations.ts', 'node')
const portable = await loadOperations<Operations>('operations.ts', 'portable')
const onNative = await loadOperations<Operations>('operations.ts', 'native')
const ours = {
  node: node.prepare(inputs),
  portable: portable.prepare(inputs),
  native: onNative.prepare(inputs),
}
const options = flags.quick ? { rounds: 3, millisecondsPerVisit: 40 } : {}

const rows: Row[] = []
for (const operation of Object.keys(ours.node) as OperationName[]) {
  if (flags.only && !operation.includes(flags.only)) continue
  const other = others[operation]
  const contenders: Contender[] = [
    { name: 'node', run: ours.node[operation] },
    { name: 'portable', run: ours.portable[operation] },
    { name: 'native', run: ours.native[operation] },
  ]
  const nativeWay = nativeWays[operation]
  if (nativeWay) contenders.push({ name: LIMIT, run: nativeWay })
  if (other) contenders.push({ name: other.label, run: other.run })
  const rates = await measure(contenders, options)
  const nativeRate = rates.get(LIMIT) ?? null
  for (const contender of contenders) {
    if (contender.name === LIMIT) continue
    const rate = rates.get(contender.name)! * (contender.name === other?.label ? other.share : 1)
    rows.push({
      operation,
      backend: contender.name,
      opsPerSecond: rate,
      nativeOpsPerSecond: nativeRate,
      ratio: nativeRate === null ? null : rate / nativeRate,
    })
    const goal = goals[operation]?.[contender.name as Backend]
    console.log(line(rows.at(-1)!, goal))
  }
  if (other) {
    const ratio = rates.get('node')! / (rates.get(other.label)! * other.share)
    console.log(`${''.padEnd(34)}ours is ${ratio.toFixed(1)} times ${other.label}`)
  }
}

const scaled = await benchScaled(flags.only, flags.quick)

if (flags.json) writeFileSync(flags.json, `${JSON.stringify({ rows, scaled }, null, 2)}\n`)
if (flags.readme) writeReadme()

function line(row: Row, goal: number | undefined): string {
  const native =
    row.nativeOpsPerSecond === null ? '' : `limit ${rounded(row.nativeOpsPerSecond)}  ratio ${row.ratio!.toFixed(2)}`
  return `${row.operation.padEnd(34)}${row.backend.padEnd(15)}${rounded(row.opsPerSecond).padStart(9)}/s  ${native}${goal ? `  goal ${goal}` : ''}`
}

function rounded(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)
}

/** The rows of an operation at its largest size. */
function largest(all: readonly ScaledRow[]): ScaledRow[] {
  return all.filter(({ operation, n }) => all.every((other) => other.operation !== operation || other.n <= n))
}

function writeReadme(): void {
  const file = new URL('../README.md', import.meta.url)
  const table = [
    `Node ${process.versions.node}, ${cpus()[0]?.model.trim()}, ${new Date().toISOString().slice(0, 10)}:`,
    '',
    '| operation | backend | per second | `sodium-native` | ratio |',
    '| --- | --- | ---: | ---: | ---: |',
    ...rows.map((row) => {
      const native = row.nativeOpsPerSecond === null ? '–' : rounded(row.nativeOpsPerSecond)
      return `| ${row.operation} | ${row.backend} | ${rounded(row.opsPerSecond)} | ${native} | ${row.ratio?.toFixed(2) ?? '–'} |`
    }),
    '',
    'The largest of three sizes; growth is to half the size, the ratio to the bare primitives that `pnpm bench` names:',
    '',
    '| operation | backend | n | milliseconds | growth | ratio |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...largest(scaled).map((row) => {
      const milliseconds = row.milliseconds >= 100 ? Math.round(row.milliseconds) : row.milliseconds.toPrecision(3)
      const columns = [row.n.toLocaleString('en-US'), milliseconds, row.growth?.toFixed(2), row.ratio?.toFixed(2)]
      return `| ${row.operation} | ${row.backend} | ${columns.map((column) => column ?? '–').join(' | ')} |`
    }),
  ].join('\n')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/(<!-- bench:start -->)[\s\S]*(<!-- bench:end -->)/, `$1\n${table}\n$2`))
  // The formatter aligns Markdown tables; `check` wants them so.
  execFileSync('node_modules/.bin/biome', ['format', '--write', 'README.md'], { stdio: 'ignore' })
}
