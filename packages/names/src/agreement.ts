import { equalBytes } from '@sessionkit/bytes'
import type { SessionId } from '@sessionkit/session-id'
import { NamesError } from './error.ts'
import { parseName } from './name.ts'
import { checkRecord, type NameRecord, openNameRecord } from './record.ts'

/** How many different nodes must say the same. */
export const REQUIRED_ANSWERS = 3

/** Most answers that are looked at. */
const MAX_ANSWERS = 100

/** What one node said. The answer that `parseOnsResponse` of `swarm` gives can stand in `answer` as it is. */
export interface NameAnswer {
  /** Which node: its Ed25519 key, or any text that no other node has. */
  readonly node: string
  /** A record; one without `encryptedValue` says that the name is not registered; null: no usable answer came. */
  readonly answer: {
    readonly encryptedValue?: Uint8Array | undefined
    readonly nonce?: Uint8Array | undefined
  } | null
}

export interface NameAnswersInput {
  readonly name: string
  /** Of at least three different nodes, asked over different paths. All of them must agree. */
  readonly answers: readonly NameAnswer[]
  /** What `legacyNameKey(name)` gave. Without it an old record is refused. */
  readonly legacyKey?: Uint8Array | undefined
}

/**
 * The Session ID of a name, when every node asked says the same. One failure or one difference fails the lookup: the
 * answers are not signed, so a majority proves nothing.
 *
 * Throws, each with a `failure` of its own to tell a person: `NAMES_NOT_FOUND` when all say that the name is not
 * registered; `NAMES_NODE_FAILED`, `NAMES_DISAGREEMENT`, `NAMES_TOO_FEW_ANSWERS`, `NAMES_LEGACY_RECORD` and
 * `NAMES_BAD_INPUT` when nothing can be said; `NAMES_BAD_NAME` and `NAMES_BAD_RECORD` when the name, or what is stored
 * under it, is not recognised. Protocol page 01, section 6.4.
 */
export function agreeOnName(input: NameAnswersInput): SessionId {
  const name = parseName(input.name)
  const answers = checkAnswers(input.answers)
  if (answers.some(({ answer }) => answer === null)) {
    throw new NamesError('NAMES_NODE_FAILED', 'not every node answered')
  }
  const records = answers.map(({ answer }) => recordOf(answer))
  const first = records[0]
  if (!records.every((record) => equalRecords(first, record))) {
    throw new NamesError('NAMES_DISAGREEMENT', 'the nodes gave different answers')
  }
  if (first === undefined) throw new NamesError('NAMES_NOT_FOUND', 'nobody has registered this name')
  checkRecord(first)
  return openNameRecord({ name, record: first, legacyKey: input.legacyKey })
}

function checkAnswers(answers: readonly NameAnswer[]): readonly NameAnswer[] {
  if (!Array.isArray(answers) || answers.length > MAX_ANSWERS) throw badInput('answers: expected a short list')
  const nodes = new Set<string>()
  for (const item of answers as readonly (NameAnswer | null | undefined)[]) {
    if (typeof item?.node !== 'string' || item.node === '' || typeof item.answer !== 'object') {
      throw badInput('answers: expected { node, answer }')
    }
    nodes.add(item.node.toLowerCase())
  }
  // The same node twice is one witness.
  if (nodes.size !== answers.length) throw badInput('answers: every node once')
  if (answers.length < REQUIRED_ANSWERS) {
    throw new NamesError('NAMES_TOO_FEW_ANSWERS', `answers of at least ${REQUIRED_ANSWERS} nodes are needed`)
  }
  return answers
}

function recordOf(answer: NameAnswer['answer']): NameRecord | undefined {
  const { encryptedValue, nonce } = answer ?? {}
  return encryptedValue === undefined ? undefined : { encryptedValue, nonce }
}

function equalRecords(a: NameRecord | undefined, b: NameRecord | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return equalFields(a.encryptedValue, b.encryptedValue) && equalFields(a.nonce, b.nonce)
}

function equalFields(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? equalBytes(a, b) : a === undefined && b === undefined
}

const badInput = (message: string): NamesError => new NamesError('NAMES_BAD_INPUT', message)
