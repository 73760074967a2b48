import { isHex } from '@sessionkit/bytes'
import { z } from 'zod'
import { NetworkError } from './error.ts'

/** Most seed nodes that a definition may name. */
export const MAX_SEED_NODES = 32

/** One seed node: `url` of its root, `certSha256` the SHA-256 of its DER certificate as 64 lower-case hex digits. */
export interface SeedNode {
  readonly url: string
  readonly certSha256?: string | undefined
}

/** A network as data. What is not named here is kept out; servers are added when something calls them. */
export interface NetworkDefinition {
  readonly name: string
  readonly seedNodes: readonly SeedNode[]
  /** No two nodes of the paths in the same IPv4 /24. Off for networks on one machine. Default true. */
  readonly subnetRule: boolean
  /** Whether nodes with private, loopback or other special addresses are accepted. Default true; presets say false. */
  readonly privateAddresses: boolean
}

/** What a caller may write as a definition: the optional fields may be missing, pins may have colons and capitals. */
export interface NetworkDefinitionInput {
  readonly name: string
  readonly seedNodes: readonly SeedNode[]
  readonly subnetRule?: boolean | undefined
  readonly privateAddresses?: boolean | undefined
}

const pin = z
  .string()
  .max(95)
  .transform((text) => text.replaceAll(':', '').toLowerCase())
  .refine((text) => isHex(text, 32), 'must be the SHA-256 of a certificate in hex')

const httpUrl = z
  .string()
  .max(2048)
  .refine((text) => {
    if (!URL.canParse(text)) return false
    const url = new URL(text)
    return (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password && !url.hash
  }, 'must be an http(s) URL')

const seedNode = z
  .object({ url: httpUrl, certSha256: pin.optional() })
  .refine(({ url, certSha256 }) => !certSha256 || url.startsWith('https:'), 'a pin needs an https URL')

const schema = z.object({
  name: z.string().min(1).max(64),
  seedNodes: z.array(seedNode).min(1).max(MAX_SEED_NODES),
  subnetRule: z.boolean().default(true),
  privateAddresses: z.boolean().optional(),
})

/**
 * Checks an untrusted value as a network definition and gives it its defaults.
 *
 * Throws NETWORK_BAD_DEFINITION.
 */
export function parseNetworkDefinition(value: unknown): NetworkDefinition {
  const result = schema.safeParse(value)
  if (!result.success) {
    const issue = result.error.issues[0]
    const where = issue?.path.join('.') || 'definition'
    throw new NetworkError('NETWORK_BAD_DEFINITION', `network definition: ${where}: ${issue?.message ?? 'not valid'}`)
  }
  const { name, seedNodes, subnetRule, privateAddresses } = result.data
  return { name, seedNodes, subnetRule, privateAddresses: privateAddresses ?? true }
}
