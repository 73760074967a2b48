import { type BencodeValue, bytesToHex, decodeBencode } from '@sessionkit/bytes'
import { parseOnionRequest } from '@sessionkit/onion'
import { idFromBytes } from '@sessionkit/session-id/id'
import { attempt } from './attempt.ts'
import { inspectEnvelope } from './envelope.ts'
import type { Finding } from './finding.ts'
import { inspectId } from './text.ts'

/** Says what bytes are. Always has an answer, and the last one is only their number. */
export function inspectBytes(bytes: Uint8Array): Finding {
  return (
    inspectIdBytes(bytes) ?? inspectOnion(bytes) ?? inspectEnvelope(bytes) ?? inspectBencode(bytes) ?? bySize(bytes)
  )
}

function inspectIdBytes(bytes: Uint8Array): Finding | null {
  const id = bytes.length === 33 ? attempt(() => idFromBytes(bytes)) : undefined
  return id === undefined ? null : inspectId(id)
}

function inspectOnion(bytes: Uint8Array): Finding | null {
  const outer = attempt(() => parseOnionRequest(bytes))
  if (outer === undefined) return null
  return {
    kind: 'onion-request',
    title: 'An onion request: the outer layer, for the first node of a path (POST /onion_req/v2)',
    facts: {
      encryption: outer.encryption,
      'ephemeral key': bytesToHex(outer.ephemeralKey),
      'hop number': outer.hopNumber,
      bytes: bytes.length,
      'encrypted bytes': outer.blob.length,
    },
  }
}

function inspectBencode(bytes: Uint8Array): Finding | null {
  const value = attempt(() => decodeBencode(bytes))
  if (value === undefined) return null
  if (Array.isArray(value)) {
    const title = 'A bencoded list'
    return { kind: 'bencode', title, facts: { items: value.length, 'kinds of items': kinds(value) } }
  }
  if (value instanceof Map) {
    const keys = [...value.keys()].slice(0, 30).join(' ')
    const signed = value.has('~')
    return { kind: 'bencode', title: 'A bencoded dictionary', facts: { entries: value.size, keys, signed } }
  }
  if (value instanceof Uint8Array) {
    return { kind: 'bencode', title: 'A bencoded byte string', facts: { bytes: value.length } }
  }
  return { kind: 'bencode', title: 'A bencoded integer', facts: { value: value.toString() } }
}

const kinds = (values: readonly BencodeValue[]): string =>
  [...new Set(values.map(kindOf))].slice(0, 4).join(', ') || 'none'

const kindOf = (value: BencodeValue): string => {
  if (Array.isArray(value)) return 'list'
  if (value instanceof Map) return 'dictionary'
  return value instanceof Uint8Array ? 'byte string' : 'integer'
}

const sizes: ReadonlyMap<number, readonly [kind: string, title: string]> = new Map([
  [16, ['bytes-16', 'Perhaps the seed of an account; if so, whoever reads it owns the account']],
  [32, ['bytes-32', 'Perhaps a public key or a hash; if it is a seed or a secret key, it should not be here']],
  [36, ['bytes-36', 'Perhaps a subaccount token: prefix, access, and a blinded key']],
  [64, ['bytes-64', 'Perhaps an Ed25519 signature; if it is a secret key, it should not be here']],
  [100, ['bytes-100', 'Perhaps a signing value: the right to use a group’s swarm']],
])

function bySize(bytes: Uint8Array): Finding {
  const [kind, title] = sizes.get(bytes.length) ?? ['bytes', 'Bytes that sessionkit does not know, perhaps encrypted']
  return { kind, title, facts: { bytes: bytes.length } }
}
