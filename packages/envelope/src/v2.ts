/**
 * Session Protocol V2: announced, not released. Receiving needs no switch; sending, publishing keys and device groups happen only
 * where these functions are called. Protocol page 10.
 */
export {
  type AccountKeyRecord,
  buildAccountKeyRecord,
  openAccountKeyRecord,
  parseAccountKeyRecord,
  selectAccountKeys,
  verifyAccountKeyRecord,
} from './v2/account-key-record.ts'
export {
  type DeviceRecord,
  decodeDeviceRecord,
  deviceVersion,
  encodeDeviceRecord,
  recordDigest,
} from './v2/device-record.ts'
export { V2Error, type V2ErrorCode } from './v2/error.ts'
export {
  acceptLinkRequest,
  ignoreLinkRequest,
  leaveGroup,
  linkRequests,
  type OpenLinkRequest,
  removeDevice,
  restateRemovals,
  rotateAccountKey,
  startGroup,
  updateOwnRecord,
} from './v2/group-change.ts'
export { createGroupIdentifier, groupCreated, groupEmoji, maskGroupIdentifier } from './v2/group-identifier.ts'
export {
  type GroupChanges,
  type GroupMerge,
  mergeGroupMessage,
  mergeGroupPayload,
  mergeLinkRequest,
} from './v2/group-merge.ts'
export { type GroupMessage, openGroupMessage, type SealGroupInput, sealGroupMessage } from './v2/group-message.ts'
export {
  decodeGroupPayload,
  encodeGroupPayload,
  type GroupPayload,
  type PayloadDevice,
  paddedPayloadLength,
  type SharedAccountKey,
} from './v2/group-payload.ts'
export { type SealedSlots, sealSlots } from './v2/group-slots.ts'
export {
  createDeviceId,
  createGroupState,
  type GroupDevice,
  type GroupState,
  groupKeys,
  groupPayload,
  groupRecipients,
  type HeldRequest,
  pruneGroupKeys,
} from './v2/group-state.ts'
export { type V2ProSignature, v2Length } from './v2/inner-dict.ts'
export {
  createKeyCache,
  type KeyCache,
  type Prefetch,
  type SendOptions,
  type SendVersion,
} from './v2/key-cache.ts'
export { type FetchOutcome, type KeyRow, type KeyState, keyState, rowAfterFetch } from './v2/key-state.ts'
export {
  expandAccountKeys,
  expandDeviceKeys,
  type HybridKeyPair,
  type HybridPublicKeys,
  keyIndicator,
  publicKeysOf,
} from './v2/keys.ts'
export {
  ACCOUNT_KEY_RETENTION,
  DISPLACEMENT_GRACE,
  GROUP_TTL,
  KEYS_EXPIRE,
  KEYS_FRESH,
  LINK_REQUEST_TTL,
  MAX_CACHED_ACCOUNTS,
  MAX_DESCRIPTION_LENGTH,
  MAX_GROUP_DEVICES,
  MAX_GROUP_KEYS,
  MAX_GROUP_RECORDS,
  MAX_KEY_RECORDS,
  NO_KEYS_RETRY,
  V2_LENGTH_STEP,
  V2_MAX_LENGTH,
  V2_MIN_LENGTH,
  V2_OVERHEAD,
} from './v2/limits.ts'
export { type LinkRequest, openLinkRequest, type SealedLinkRequest, sealLinkRequest } from './v2/link-request.ts'
export {
  type GroupMembership,
  groupMembership,
  matchAdmission,
  type OwnLinkRequest,
  type SeenGroupMessage,
} from './v2/membership.ts'
export { type HeldAccountKey, type OpenedV2Message, openV2Message } from './v2/open-message.ts'
export { announcesRemoval, removalEntries, removalEntry } from './v2/removal-entry.ts'
export { type RotationInput, rotationDelay, rotationTime } from './v2/rotation.ts'
export { linkRequestEmoji, SAS_EMOJI, type SasEmoji, sasEmoji } from './v2/sas.ts'
export { type SealV2Input, sealV2Message } from './v2/seal-message.ts'
export { messageVersion } from './v2/version.ts'
