import { base32zToBytes, base64ToBytes, bytesToHex, hexToBytes } from '@sessionkit/bytes'
import { parseId } from '@sessionkit/session-id/id'

import { attempt } from './attempt.ts'
import { inspectBytes } from './bytes.ts'
import type { Finding } from './finding.ts'
import { inspectJson } from './json.ts'
import { inspectPhrase } from './phrase.ts'

export { ready } from '@sessionkit/crypto'

/** Says what a text is: an id, a phrase, JSON, or bytes written as hex or base64. Null when nothing fits. */
export async function inspectText(given: string): Promise<Finding | null> {
  const text = given.replace(/^\ufeff/, '').trim()
  if (/^[{[]/.test(text)) {
    const json = inspectJson(text)
    if (json !== null) return json
  }
  return (
    inspectId(text) ?? inspectSnode(text) ?? (await inspectPhrase(text)) ?? inspectEncoded(text.replace(/\s+/g, ''))
  )
}

const idTitles: Readonly<Record<string, string>> = {
  '00': 'An unblinded id: an Ed25519 key, for community servers that do not ask for blinding',
  '03': 'A group id: the group’s Ed25519 key',
  '05': 'A Session ID (account id): an X25519 key',
  '07': 'A version-blinded id: only for asking the file server for the newest version',
  '15': 'A blinded id of the older form: a person inside one community server',
  '25': 'A blinded id of the newer form: a person inside one community server',
}

export function inspectId(text: string): Finding | null {
  const parsed = attempt(() => parseId(text))
  if (parsed === undefined) return null
  const { prefix, id } = parsed
  return { kind: `id-${prefix}`, title: idTitles[prefix] ?? 'An id', facts: { prefix, id } }
}

function inspectSnode(text: string): Finding | null {
  const match = /^([ybndrfg8ejkmcpqxot1uwisza345h769]{52})\.snode$/.exec(text)
  const key = match === null ? undefined : attempt(() => base32zToBytes(match[1]!))
  if (key === undefined) return null
  return { kind: 'snode-address', title: 'The address of a service node', facts: { ed25519: bytesToHex(key) } }
}

function inspectEncoded(text: string): Finding | null {
  if (text === '') return null
  const fromHex = text.length % 2 === 0 ? attempt(() => hexToBytes(text)) : undefined
  if (fromHex !== undefined) return withForm(inspectBytes(fromHex), 'hex')
  const fromBase64 = attempt(() => base64ToBytes(text))
  if (fromBase64 === undefined) return null
  if (text.length === 43) {
    return {
      kind: 'message-hash',
      title: 'Most likely a message hash: how a swarm names a stored message',
      facts: { form: 'base64 without padding', bytes: fromBase64.length },
    }
  }
  return withForm(inspectBytes(fromBase64), 'base64')
}

const withForm = (finding: Finding, form: string): Finding => ({ ...finding, facts: { form, ...finding.facts } })
