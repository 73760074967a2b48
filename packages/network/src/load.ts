import { readDefinitionFile } from '#platform'
import { type NetworkDefinition, type NetworkDefinitionInput, parseNetworkDefinition } from './definition.ts'
import { NetworkError } from './error.ts'
import { type NetworkName, presets } from './presets.ts'

/**
 * A network by name (`mainnet`, `testnet`), by definition, or from the JSON file that a devnet wrote (on Node only;
 * elsewhere a path throws).
 *
 * Throws NETWORK_BAD_DEFINITION.
 */
export async function loadNetwork(network: NetworkName | NetworkDefinitionInput | string): Promise<NetworkDefinition> {
  if (typeof network !== 'string') return parseNetworkDefinition(network)
  if (Object.hasOwn(presets, network)) return presets[network as NetworkName]
  const text = await readDefinitionFile(network)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new NetworkError('NETWORK_BAD_DEFINITION', `${network}: not a JSON file`, { cause })
  }
  return parseNetworkDefinition(value)
}
