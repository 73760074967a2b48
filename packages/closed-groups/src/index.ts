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
export * from './limits.ts'
export { type MemberStatus, memberStatus } from './member-status.ts'
export { type MultiEncryptInput, multiDecrypt, multiEncrypt } from './multi-encrypt.ts'
