import type { RandomSource } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { type Entry, has, hex, isEntry } from './entry.ts'
import { handlers as allHandlers } from './handlers.ts'
import { Mismatch, type Outcome, Unsupported } from './outcome.ts'
import { type Replay, replay } from './random.ts'
import { stemOf } from './stems.ts'

/** What a handler knows besides its entry. */
export interface VectorContext {
  /** The known stem that selected the handlers. */
  readonly file: string
  readonly operation: string
  readonly index: number
  /** The file without its operations. */
  readonly meta: Entry
  /** The file's frozen clock in milliseconds, never the wall clock. */
  readonly clock: number | undefined
  /** Randomness that hands out the entry's `rng` in order; a deviation fails the entry, even when it is caught. */
  readonly random: RandomSource
  /** Tells of a zstd frame of the file: compared byte for byte with ours, or by what it holds. */
  readonly countFrame: (how: keyof FrameCounts) => void
}

/** Returns when everything was equal; throws `Mismatch` at the first difference, `Unsupported` where it cannot know. */
export type VectorHandler = (entry: Entry, context: VectorContext) => void | Promise<void>

/** Handlers by `<stem>/<operation>`. */
export type VectorHandlers = ReadonlyMap<string, VectorHandler>

export interface EntryReport {
  readonly index: number
  readonly detail: string
}

/** zstd frames of the file by how they were compared: their bytes depend on the version of the compressor. */
export interface FrameCounts {
  readonly exact: number
  readonly byContent: number
}

export interface OperationReport {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly unsupported: number
  /** Every entry that failed, with the first difference. */
  readonly failures: readonly EntryReport[]
  /** Why entries are unsupported, each reason once. */
  readonly reasons: readonly string[]
  readonly frames: FrameCounts
}

export interface FileReport {
  readonly file: string
  /** The known stem, or null when nothing recognises the file. */
  readonly stem: string | null
  /** Why the file is unsupported as a whole. */
  readonly refused: string | null
  readonly operations: readonly OperationReport[]
}

export interface RunOptions {
  readonly handlers?: VectorHandlers
  readonly onProgress?: (done: number, total: number, operation: string) => void
  readonly onOperation?: (report: OperationReport) => void
}

/**
 * Replays one known-answer file through the packages' public functions. `file` is a path or a name: the part after the
 * last slash and before `.json` selects the handlers, by the longest known stem at its beginning, else by a known stem
 * in its title. `content` is the parsed JSON. vectors/README.md has the contract.
 */
export async function runVectors(file: string, content: unknown, options: RunOptions = {}): Promise<FileReport> {
  await ready
  if (!isEntry(content)) return refusedFile(file, null, 'not a JSON object')
  const stem = stemOf(file, content.title)
  if (has(content, 'schema') && content.schema !== 1) {
    return refusedFile(file, stem, `schema ${JSON.stringify(content.schema)} is not known (1 is)`)
  }
  const operations = operationsOf(content)
  if (operations.length === 0) return refusedFile(file, stem, 'no operations in it')
  const { operations: _, ...meta } = content
  const total = operations.reduce((sum, [, entries]) => sum + entries.length, 0)
  const reports: OperationReport[] = []
  let done = 0
  for (const [name, entries] of operations) {
    const handler = stem === null ? undefined : (options.handlers ?? allHandlers).get(`${stem}/${name}`)
    const outcomes: Outcome[] = []
    const frames = { exact: 0, byContent: 0 }
    const countFrame = (how: keyof FrameCounts): void => {
      frames[how]++
    }
    const context = { file: stem ?? '', operation: name, meta, clock: clockOf(content), countFrame }
    for (const [index, entry] of entries.entries()) {
      outcomes.push(
        handler === undefined
          ? { result: 'unsupported', detail: `no handler for ${stem ?? 'this file'}/${name}` }
          : await runEntry(handler, entry, { ...context, index }),
      )
      done++
      if (options.onProgress !== undefined) {
        options.onProgress(done, total, name)
        // Lets the progress bar draw and a signal arrive between entries.
        if (done % 8 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const report = reportOf(name, outcomes, frames, handler === undefined)
    reports.push(report)
    options.onOperation?.(report)
  }
  return { file, stem, refused: null, operations: reports }
}

function refusedFile(file: string, stem: string | null, refused: string): FileReport {
  return { file, stem, refused, operations: [] }
}

/** Keys beside the operations, in files whose top level is the operations. */
const envelopeKeys: ReadonlySet<string> = new Set([
  'title',
  'schema',
  'set',
  'source',
  'sources',
  'encoding',
  'clock_unix_seconds',
  'clock_ms',
  'counts',
  'page',
  'verified',
  'notes',
  'how_to_read',
  'data_formula',
])

type Operation = readonly [name: string, entries: readonly unknown[]]

function operationsOf(content: Entry): Operation[] {
  if (has(content, 'operations')) return isEntry(content.operations) ? listed(content.operations) : []
  const operations: Operation[] = []
  for (const [name, value] of listed(content).filter(([key]) => !envelopeKeys.has(key))) {
    const only = value[0]
    // Page 10's file keeps its operations one level down.
    if ((name === 'reference_inputs' || name === 'regression_vectors') && isEntry(only)) {
      operations.push(...listed(only).map(([key, entries]): Operation => [`${name}.${key}`, entries]))
    } else operations.push([name, value])
  }
  return operations
}

/** A list is a list of entries; anything else is one entry. */
function listed(content: Entry): Operation[] {
  return Object.entries(content).map(([name, value]) => [name, Array.isArray(value) ? value : [value]])
}

function clockOf(content: Entry): number | undefined {
  if (typeof content.clock_ms === 'number') return content.clock_ms
  return typeof content.clock_unix_seconds === 'number' ? content.clock_unix_seconds * 1000 : undefined
}

/** Runs one entry on a copy of its own, so that nothing it does can reach another. */
async function runEntry(
  handler: VectorHandler,
  entry: unknown,
  context: Omit<VectorContext, 'random'>,
): Promise<Outcome> {
  if (!isEntry(entry)) return { result: 'fail', detail: 'the entry is not an object' }
  try {
    const source = recordedRandom(entry)
    await handler(structuredClone(entry), { ...context, random: source.random })
    const problem = source.problem()
    return problem === undefined ? { result: 'pass' } : { result: 'fail', detail: problem }
  } catch (error) {
    if (error instanceof Unsupported) return { result: 'unsupported', detail: error.message }
    if (error instanceof Mismatch) return { result: 'fail', detail: error.message }
    const name = error instanceof Error ? ((error as { code?: string }).code ?? error.name) : 'Error'
    return { result: 'fail', detail: `${name}: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function recordedRandom(entry: Entry): Replay {
  if (!has(entry, 'rng')) return replay([])
  if (!Array.isArray(entry.rng)) throw new Mismatch('rng: not a list')
  return replay(entry.rng.map((item, i) => hex(item, `rng[${i}]`)))
}

function reportOf(name: string, outcomes: readonly Outcome[], frames: FrameCounts, unknown: boolean): OperationReport {
  const failures: EntryReport[] = []
  const reasons = new Set<string>()
  let passed = 0
  let unsupported = 0
  outcomes.forEach((outcome, index) => {
    if (outcome.result === 'pass') passed++
    else if (outcome.result === 'fail') failures.push({ index, detail: outcome.detail })
    else {
      unsupported++
      reasons.add(outcome.detail)
    }
  })
  // An unknown operation without entries is still an operation that nobody checked.
  if (unknown && outcomes.length === 0) reasons.add('no handler')
  return { name, passed, failed: failures.length, unsupported, failures, reasons: [...reasons], frames }
}
