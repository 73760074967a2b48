import { parseNetworkDefinition } from '@sessionkit/network'
import { stemOf } from '../vectors/stems.ts'
import { attempt } from './attempt.ts'
import type { Finding } from './finding.ts'

/** Says what a JSON text is. Null when it is not JSON. */
export function inspectJson(text: string): Finding | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (Array.isArray(value)) return { kind: 'json', title: 'A JSON list', facts: { entries: value.length } }
  if (typeof value !== 'object' || value === null) return { kind: 'json', title: 'A JSON value', facts: {} }
  const fields = value as Readonly<Record<string, unknown>>
  return network(fields) ?? vectors(fields) ?? request(fields) ?? answer(fields) ?? other(fields)
}

function network(fields: Readonly<Record<string, unknown>>): Finding | null {
  const definition = attempt(() => parseNetworkDefinition(fields))
  if (definition === undefined) return null
  const { name, seedNodes } = definition
  const local = seedNodes.every(({ url }) => /^(127\.|localhost$|\[::1\]$)/.test(new URL(url).hostname))
  const seeds = seedNodes.map(({ url }) => url).join(', ')
  const pinned = seedNodes.every(({ certSha256 }) => certSha256 !== undefined)
  return {
    kind: 'network',
    title: 'A network: what --network takes',
    facts: { name, seeds, pinned, 'on this machine': local },
  }
}

function vectors(fields: Readonly<Record<string, unknown>>): Finding | null {
  if (typeof fields.title !== 'string') return null
  const stem = stemOf('', fields.title)
  if (stem === null && typeof fields.operations !== 'object') return null
  const operations = fields.operations
  const count = typeof operations === 'object' && operations !== null ? Object.keys(operations).length : undefined
  return {
    kind: 'vectors',
    title: 'Known answers: what `sessionkit vectors` takes',
    facts: {
      about: fields.title,
      ...(stem === null ? {} : { handlers: stem }),
      ...(count === undefined ? {} : { operations: count }),
    },
  }
}

function request(fields: Readonly<Record<string, unknown>>): Finding | null {
  const { method, params } = fields
  if (typeof method !== 'string' || typeof params !== 'object' || params === null) return null
  const named = params as Readonly<Record<string, unknown>>
  const owner = typeof named.pubkey === 'string' ? { owner: named.pubkey } : {}
  const namespace = typeof named.namespace === 'number' ? { namespace: named.namespace } : {}
  return {
    kind: 'storage-request',
    title: 'A request to a storage server',
    facts: { method, ...owner, ...namespace, signed: typeof named.signature === 'string' },
  }
}

function answer(fields: Readonly<Record<string, unknown>>): Finding | null {
  if (typeof fields.status !== 'number' || !('body' in fields)) return null
  return { kind: 'node-answer', title: 'The answer of a service node', facts: { status: fields.status } }
}

function other(fields: Readonly<Record<string, unknown>>): Finding {
  return { kind: 'json', title: 'A JSON object', facts: { fields: Object.keys(fields).slice(0, 20).join(', ') } }
}
