import { type NetworkDefinition, parseNetworkDefinition } from './definition.ts'

/** Names of the networks that need no definition. */
export type NetworkName = 'mainnet' | 'testnet'

/** The public networks. Protocol page 03, section 10.1: seed URLs and SHA-256 of their certificates. */
export const presets: Readonly<Record<NetworkName, NetworkDefinition>> = {
  mainnet: parseNetworkDefinition({
    name: 'mainnet',
    privateAddresses: false,
    seedNodes: [
      {
        url: 'https://seed1.getsession.org:4443',
        certSha256: '36ea0b253537988551ee856e4fd20d55011e9c8b27eaa2f34b8f32a0bdf04f2d',
      },
      {
        url: 'https://seed2.getsession.org:4443',
        certSha256: 'c5908dd4139acd96aedd1e45576597650809c8a5ea02af556d4853d45396e0e7',
      },
      {
        url: 'https://seed3.getsession.org:4443',
        certSha256: '8a0af2c712342f22ce00e53c1601410ef8d84156aee0a9809c32f6f7efbe556e',
      },
    ],
  }),
  // Plain http: the test network's seed has no certificate to pin, so its node list is only as good as the route to it.
  testnet: parseNetworkDefinition({
    name: 'testnet',
    privateAddresses: false,
    seedNodes: [{ url: 'http://seed2.getsession.org:38157' }, { url: 'http://public.loki.foundation:38157' }],
  }),
}
