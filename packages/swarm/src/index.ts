export type { AnswerHead, JsonObject } from './answer-body.ts'
export { MAX_BODY_CHARACTERS } from './answer-body.ts'
export {
  type BatchResult,
  type IfElseAnswer,
  type InfoAnswer,
  parseBatchResponse,
  parseGetExpiriesResponse,
  parseIfElseResponse,
  parseInfoResponse,
  parseRetrieveResponse,
  parseRevokedSubaccountsResponse,
  type RetrieveAnswer,
  type RetrievedMessage,
} from './answers.ts'
export { type EntryInput, entrySignedBytes, RECURSIVE_METHODS, verifyEntry } from './entry.ts'
export { type RetryAdvice, SwarmError, type SwarmErrorCode } from './error.ts'
export { isMessageHash, MESSAGE_HASH_LENGTH, messageHash } from './message-hash.ts'
export {
  MAX_INBOX_TTL_MS,
  MAX_TTL_MS,
  MIN_TTL_MS,
  NAMESPACES,
  type NamespaceClass,
  namespaceClass,
  namespaceText,
  pollMaxSizes,
} from './namespace.ts'
export {
  buildActiveNodesBin,
  buildBatch,
  buildGetServiceNodes,
  buildGetSwarm,
  buildIfElse,
  buildInfo,
  buildOnsResolve,
  buildSequence,
  type IfElseConditions,
  MAX_BATCH_REQUESTS,
  SERVICE_NODE_FIELDS,
} from './plain-requests.ts'
export {
  buildDelete,
  buildDeleteAll,
  buildDeleteBefore,
  buildExpire,
  buildExpireAll,
  buildGetExpiries,
  buildRetrieve,
  buildRevokedSubaccounts,
  buildRevokeSubaccount,
  buildStore,
  buildUnrevokeSubaccount,
  MAX_DATA_BYTES,
  MAX_RETRIEVE_BYTES,
} from './requests.ts'
export {
  ACTIVE_NODE_LENGTH,
  MAX_NODES,
  MAX_ONS_VALUE_BYTES,
  type OnsRecord,
  parseActiveNodesBin,
  parseGetSwarmResponse,
  parseOnsResponse,
  parseRedirect,
  parseServiceNodes,
  type ServiceNode,
  type ServiceNodes,
  type SwarmNodes,
} from './service-nodes.ts'
export { isSignedMethod, MAX_MESSAGES, MAX_REVOKE, type SwarmRequest, signedBytes } from './signed-text.ts'
export { type AccountSigner, type GroupSigner, ownerOfSigner, type SwarmSigner } from './signer.ts'
export { errorOfStatus } from './status.ts'
export {
  ACCESS,
  createSigningValue,
  keySubaccount,
  memberSubaccount,
  SIGNING_VALUE_LENGTH,
  SUBACCOUNT_TOKEN_LENGTH,
  type Subaccount,
  type SubaccountGrant,
  subaccountToken,
  verifySigningValue,
} from './subaccount.ts'
export {
  type DeleteEntry,
  type ExpireAllEntry,
  type ExpireEntry,
  type FailedEntry,
  MAX_SWARM_ENTRIES,
  type MessageExpiry,
  parseDeleteAllResponse,
  parseDeleteBeforeResponse,
  parseDeleteResponse,
  parseExpireAllResponse,
  parseExpireResponse,
  parseRevokeResponse,
  parseStoreResponse,
  type RevokeEntry,
  type StoreEntry,
  type SwarmAnswer,
  type SwarmAnswerInput,
} from './swarm-answer.ts'
export {
  createSwarmMap,
  formatSwarmId,
  MAX_SWARMS,
  NO_SWARM,
  parseSwarmId,
  type SwarmMap,
  swarmSpace,
} from './swarm-map.ts'
