export { subaccountAllows as hasSubaccountAccess } from '@sessionkit/swarm/node'
export {
  type Devnet,
  type DevnetNode,
  type DevnetOptions,
  type DevnetSeedNode,
  type NetworkFile,
  type NetworkFileSeed,
  startDevnet,
} from './devnet.ts'
export { DevnetError, type DevnetErrorCode } from './error.ts'
export type { Fault, FaultKind } from './fault.ts'
export { MAX_BODY_BYTES, MAX_QUEUED_WRITES, MAX_RECORDS } from './limits.ts'
export { blobHash, type NodeRecord, type NodeRole } from './record.ts'
export { selectRetrievePage } from './retrieve-page.ts'
export {
  createScenarioWorld,
  replayScenario,
  type Scenario,
  type ScenarioStep,
  type ScenarioStepResult,
  type ScenarioWorld,
  type ScenarioWorldDefinition,
} from './scenario.ts'
export {
  type Forward,
  type NameRecord,
  type PeerAnswer,
  type RpcAnswer,
  type RpcRequest,
  StorageNode,
  type StorageNodeOptions,
} from './storage-node.ts'
export type { ServiceNodeContact, SwarmTable } from './swarm-table.ts'
