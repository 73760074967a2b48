export { ClosedGroup, type ClosedGroupDump, type ClosedGroupOptions } from './closed-group.ts'
export { ClosedGroupError, type ClosedGroupErrorCode } from './error.ts'
export { GroupConfig, type GroupConfigOptions } from './group-config.ts'
export { type OpenedGroupContent, openGroupContent, sealGroupContent } from './group-content.ts'
export { createGroup, type GroupAdmin, groupFromSeed } from './group-id.ts'
export { GroupInfo } from './group-info.ts'
export { GroupKeys, type GroupKeysOptions, type KeyMessageReport, type PendingKey } from './group-keys.ts'
export { type GroupMember, GroupMembers, type SendState } from './group-members.ts'
export {
  type DecryptedGroupMessage,
  decryptGroupMessage,
  type EncryptGroupMessageInput,
  encryptGroupMessage,
  type SignatureForm,
} from './group-message.ts'
export { KICKED_DOMAIN, KICKED_NAMESPACE, openKickedMessage, sealKickedMessage } from './kicked.ts'
export { buildLegacyControl, type LegacyControlDraft } from './legacy-control-build.ts'
export {
  applyLegacyControl,
  type LegacyControl,
  type LegacyControlFault,
  type LegacyControlReading,
  type ReadLegacyControlInput,
  readLegacyControl,
} from './legacy-control-read.ts'
export {
  createLegacyGroup,
  type LegacyGroup,
  MAX_LEGACY_KEY_PAIRS,
  MAX_LEGACY_MEMBERS,
  MAX_LEGACY_NAME_LENGTH,
} from './legacy-group.ts'
export { decodeLegacyKeyPair, encodeLegacyKeyPair, openLegacyKeyPair, wrapLegacyKeyPair } from './legacy-key-pair.ts'
export {
  LEGACY_GROUP_NAMESPACE,
  type OpenedLegacyMessage,
  openLegacyMessage,
  type SealLegacyMessageInput,
  sealLegacyMessage,
} from './legacy-message.ts'
export * from './limits.ts'
export { type MemberStatus, memberStatus } from './member-status.ts'
export { type MultiEncryptInput, multiDecrypt, multiEncrypt } from './multi-encrypt.ts'
export { AUTH_DATA_LENGTH, verifyAuthData } from './update-auth-data.ts'
export {
  type BuildUpdateInput,
  buildUpdate,
  MAX_UPDATE_HASH_LENGTH,
  MAX_UPDATE_LIST_LENGTH,
  MAX_UPDATE_NAME_LENGTH,
  type UpdateDraft,
} from './update-build.ts'
export {
  type GroupUpdate,
  type GroupUpdateFault,
  type GroupUpdateReading,
  type GroupUpdateType,
  type ReadUpdateInput,
  readUpdate,
} from './update-read.ts'
export {
  type InfoChange,
  type MemberChange,
  type SignedUpdate,
  signUpdate,
  updateSignedBytes,
  verifyUpdate,
} from './update-signed-text.ts'
