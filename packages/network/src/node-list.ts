import { equalBytes } from '@sessionkit/bytes'
import { CryptoError, ed25519PublicKeyToX25519 } from '@sessionkit/crypto'
import { parseServiceNodes, type ServiceNode } from '@sessionkit/swarm'
import { NetworkError } from './error.ts'
import { MAX_POOL_NODES, type PoolNode } from './pool.ts'

/**
 * The usable nodes of a `get_service_nodes` answer. Left out: unusable entries, special addresses where they are not
 * allowed, and nodes whose X25519 key is not the conversion of their Ed25519 key. Protocol page 03, sections 10 and 14.
 *
 * Throws NETWORK_BAD_ANSWER when none is left, and SWARM_… for what is no list. Needs `ready` of `crypto`.
 */
export function parseNodeList(text: string, options: { readonly privateAddresses: boolean }): readonly PoolNode[] {
  const nodes = parseServiceNodes(text)
    .nodes.slice(0, MAX_POOL_NODES)
    .filter((node) => (options.privateAddresses || !isSpecialAddress(node.ip)) && hasOneKey(node))
    .map(({ id, ed25519, x25519, ip, port, swarmId }) => ({ id, ed25519, x25519, ip, port, swarmId }))
  if (nodes.length === 0) throw new NetworkError('NETWORK_BAD_ANSWER', 'the node list has no usable node')
  return nodes
}

function hasOneKey({ ed25519, x25519 }: ServiceNode): boolean {
  try {
    return equalBytes(ed25519PublicKeyToX25519(ed25519), x25519)
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'CRYPTO_BAD_PUBLIC_KEY') return false
    throw error
  }
}

/** Loopback, private, link-local, shared, multicast and reserved IPv4 addresses: no public node has one. */
export function isSpecialAddress(ip: string): boolean {
  const [a = 0, b = 0] = ip.split('.').map(Number)
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 198 && (b === 18 || b === 19))
  )
}
