export type { RawValue } from './bencode-text.ts'
export {
  type CommunityAddress,
  canonicalBaseUrl,
  canonicalRoom,
  communityUrl,
  parseCommunityUrl,
} from './community-url.ts'
export { type Compress, compressBody, decompressBody, decompressFrames } from './compression.ts'
export {
  Config,
  type ConfigOptions,
  type ConfigPath,
  type ConfigPush,
  type MergeReport,
  type StoredConfig,
} from './config.ts'
export { type BlindedContact, type Contact, Contacts, type Disappearing } from './contacts.ts'
export { type Conversation, type ConversationRef, ConvoInfoVolatile, type ReadState } from './convo-info-volatile.ts'
export type { ConfigDiff, DiffValue, SetDiff } from './diff.ts'
export { type ConfigState, type DumpContent, readDump } from './dump.ts'
export { CONFIG_OVERHEAD, type ConfigKey, decryptConfig, encryptConfig } from './encryption.ts'
export { ConfigError, type ConfigErrorCode } from './error.ts'
export {
  checkedPicture,
  idKey,
  idOfKey,
  type ProfilePicture,
  readFlag,
  readNumber,
  readPicture,
  readPositive,
  readText,
  truncateName,
  writeFlag,
  writePicture,
  writePositive,
  writeText,
} from './fields.ts'
export * from './limits.ts'
export { type MergeResult, mergeConfigMessages } from './merge.ts'
export {
  type ConfigDraft,
  type ConfigMessage,
  configHash,
  emptyMessage,
  finishDraft,
  incrementMessage,
  type Lag,
  parseConfigMessage,
  type SignConfig,
  type VerifyConfig,
} from './message.ts'
export { type ConfigPart, parseConfigPart, splitConfig } from './multipart.ts'
export { padConfig, paddedConfigLength, unpadConfig } from './padding.ts'
export { UserConfig, type UserConfigOptions } from './user-config.ts'
export {
  type CommunityEntry,
  type GroupEntry,
  type GroupSettings,
  type LegacyGroupEntry,
  type UserGroupEntry,
  UserGroups,
} from './user-groups.ts'
export { type ProState, UserProfile, type UserProfileOptions } from './user-profile.ts'
export {
  binaryToBytes,
  bytesToBinary,
  type ConfigDict,
  type ConfigKind,
  type ConfigScalar,
  type ConfigSet,
  type ConfigValue,
  kindOf,
} from './value.ts'
export { unwrapConfig, wrapConfig } from './wrapping.ts'
