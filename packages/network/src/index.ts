export type { BatchResult, RetrievedMessage } from '@sessionkit/swarm'
export type { Sleep } from './attempts.ts'
export { createClock, type NetworkClock } from './clock.ts'
export {
  MAX_SEED_NODES,
  type NetworkDefinition,
  type NetworkDefinitionInput,
  parseNetworkDefinition,
  type SeedNode,
} from './definition.ts'
export { NetworkError, type NetworkErrorCode } from './error.ts'
export { loadNetwork } from './load.ts'
export { type CreateNetworkOptions, createNetwork, type Network } from './network.ts'
export type { NodeAnswer, OnionRouter, RequestEvent, RequestNode, ToNodeOptions } from './onion-router.ts'
export { type CreatePathsOptions, createPaths, type Path, type Paths } from './paths.ts'
export { createPool, MAX_POOL_NODES, type NodePool, type PoolNode } from './pool.ts'
export { type NetworkName, presets } from './presets.ts'
export {
  MAX_PAGES,
  type Retrieved,
  type RetrievedNamespace,
  type RetrieveOptions,
  type Storage,
  type StoredMember,
  type StoreOptions,
  type StoreResult,
} from './storage.ts'
export { createSwarms, type Swarms } from './swarms.ts'
export {
  type CertificateRule,
  MAX_RESPONSE_BYTES,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './transport.ts'
