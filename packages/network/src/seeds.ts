import { bytesToUtf8, isSessionKitError, type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import type { NetworkDefinition, SeedNode } from './definition.ts'
import { NetworkError } from './error.ts'
import { parseNodeList } from './node-list.ts'
import type { PoolNode } from './pool.ts'
import { shuffled } from './random.ts'
import type { Transport } from './transport.ts'

const SEED_TIMEOUT_MS = 5_000

const REQUEST = {
  jsonrpc: '2.0',
  method: 'get_n_service_nodes',
  params: {
    active_only: true,
    fields: {
      public_ip: true,
      storage_port: true,
      pubkey_x25519: true,
      pubkey_ed25519: true,
      swarm_id: true,
      requested_unlock_height: true,
      height: true,
    },
  },
}

export interface FetchNodeListOptions {
  readonly definition: NetworkDefinition
  readonly transport: Transport
  readonly random: RandomSource
  readonly signal?: AbortSignal | undefined
}

/**
 * The node list from the first seed node, in random order, that gives a usable one. Protocol page 03, section 10.
 *
 * Throws NETWORK_NO_SEED with the last failure as its cause, NETWORK_ABORTED, NETWORK_CLOSED.
 */
export async function fetchNodeList(options: FetchNodeListOptions): Promise<readonly PoolNode[]> {
  const { definition, transport, random, signal } = options
  let cause: unknown
  for (const seed of shuffled(definition.seedNodes, random)) {
    try {
      const response = await transport.post({
        url: rpcUrl(seed.url),
        body: utf8ToBytes(JSON.stringify(REQUEST)),
        headers: { 'content-type': 'application/json' },
        certificate: certificateOf(seed),
        timeoutMs: SEED_TIMEOUT_MS,
        signal,
      })
      if (response.status !== 200) {
        throw new NetworkError('NETWORK_BAD_ANSWER', `seed node: status ${response.status}`, {
          status: response.status,
        })
      }
      if (response.contentType.split(';')[0]?.trim() !== 'application/json') {
        throw new NetworkError('NETWORK_BAD_ANSWER', 'seed node: the answer is not application/json')
      }
      return parseNodeList(bytesToUtf8(response.body), { privateAddresses: definition.privateAddresses })
    } catch (error) {
      if (!isSessionKitError(error)) throw error
      if (error.code === 'NETWORK_ABORTED' || error.code === 'NETWORK_CLOSED') throw error
      cause = error
    }
  }
  throw new NetworkError('NETWORK_NO_SEED', `${definition.name}: no seed node gave a usable node list`, { cause })
}

/** The root or the full URL: definitions have both. */
function rpcUrl(url: string): string {
  const root = url.replace(/\/+$/, '')
  return root.endsWith('/json_rpc') ? root : `${root}/json_rpc`
}

function certificateOf({ certSha256, url }: SeedNode): Parameters<Transport['post']>[0]['certificate'] {
  if (certSha256) return { type: 'pinned', sha256: certSha256 }
  // Without a pin only the public authorities vouch for a seed; nothing behind it would notice a false list.
  return { type: url.startsWith('https:') ? 'public' : 'any' }
}
