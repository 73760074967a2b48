export { type CommunityAnswer, checkStatus } from './answer.ts'
export type { BlindedId } from './argument.ts'
export { type BatchItem, buildBanAndDelete, buildBatch, buildSequence, parseBatch } from './batch.ts'
export {
  type BlindedKeyPair,
  blind15Candidates,
  blind15Factor,
  blind15KeyPair,
  blind25Factor,
  blind25Id,
  blind25KeyPair,
  blindedIdFromEd25519,
  blindedKeyPair,
  sessionIdMatchesBlindedId,
  signBlinded,
} from './blinding.ts'
export { type CheckedRequest, type CheckRequestInput, checkRequest, TEXT_BLINDING_REQUIRED } from './check-request.ts'
export {
  type CheckedVersionRequest,
  type CheckVersionRequestInput,
  checkVersionRequest,
} from './check-version-request.ts'
export {
  assertSameServerKey,
  type Community,
  canonicalBaseUrl,
  formatCommunityUrl,
  isSameCommunity,
  type PartialCommunity,
  parseCommunityUrl,
  parsePartialCommunityUrl,
  upgradeOfficialServer,
} from './community-url.ts'
export { type DirectMessage, decryptDirectMessage, encryptDirectMessage } from './direct-message.ts'
export { OpenGroupError, type OpenGroupErrorCode } from './error.ts'
export { type DownloadedFile, parseFile, parseUploadedFile } from './file.ts'
export { buildGetFile, buildUploadFile, fileIdOfUrl, type UploadFileInput } from './file-requests.ts'
export {
  type Box,
  parseBox,
  parseDeletedInbox,
  parsePostedDirectMessage,
  type SentDirectMessage,
  type StoredDirectMessage,
} from './inbox.ts'
export {
  type BoxInput,
  buildDeleteInbox,
  buildGetInbox,
  buildGetOutbox,
  buildPostDirectMessage,
} from './inbox-requests.ts'
export {
  DIRECT_MESSAGE_OVERHEAD,
  MAX_ANSWER_BYTES,
  MAX_BASE_URL_LENGTH,
  MAX_BATCH_REQUESTS,
  MAX_COMMUNITY_URL_LENGTH,
  MAX_FILE_BYTES,
  MAX_LIST_ENTRIES,
  MAX_LIST_LIMIT,
  MAX_MESSAGE_CLOCK_MS,
  MAX_REACTION_LENGTH,
  MAX_REACTORS,
  MAX_REQUEST_CLOCK_SECONDS,
  MAX_ROOM_LENGTH,
} from './limits.ts'
export {
  type DeletedMessage,
  type DroppedRow,
  type ParseMessagesOptions,
  parseDone,
  parseMessage,
  parseMessages,
  parseMessagesSince,
  type ReactionChange,
  type RoomMessage,
  type RoomRow,
  type RoomRows,
} from './message.ts'
export {
  buildDeleteAllOfUser,
  buildDeleteAllOfUserEverywhere,
  buildDeleteMessage,
  buildEditMessage,
  buildGetMessage,
  buildGetMessagesBefore,
  buildGetMessagesSince,
  buildGetRecentMessages,
  buildPostMessage,
  type PostMessageInput,
} from './message-requests.ts'
export {
  buildBan,
  buildGetFuturePermissions,
  buildGetPermissions,
  buildGetUserFuturePermissions,
  buildGetUserPermissions,
  buildSetFuturePermissions,
  buildSetModerator,
  buildSetPermissions,
  buildUnban,
  type ModerationScope,
  type SetModeratorInput,
  type SetPermissionsInput,
} from './moderation-requests.ts'
export { type OpenedRoomMessage, openRoomMessage, proSignedData } from './open-message.ts'
export {
  type DeletedEverywhere,
  type FuturePermission,
  parseDeletedEverywhere,
  parseFuturePermissions,
  parsePermissions,
  parseUserPermissions,
  type UserPermissions,
} from './permission.ts'
export {
  parseReactionAdded,
  parseReactionsRemoved,
  parseReactors,
  type Reaction,
  type ReactionAdded,
  type ReactionsRemoved,
  type Reactor,
} from './reaction.ts'
export {
  buildAddReaction,
  buildClearReactions,
  buildGetReactors,
  buildPinMessage,
  buildRemoveReaction,
  buildUnpinAll,
  buildUnpinMessage,
} from './reaction-requests.ts'
export type { CommunityMethod, CommunityRequest, ListOptions } from './request.ts'
export { type BlindedContact, matchRequestResponse } from './request-response.ts'
export {
  type Capabilities,
  type PinnedMessage,
  type PollInfo,
  parseCapabilities,
  parseInfoUpdates,
  parsePollInfo,
  parseRoom,
  parseRooms,
  parseSetModerator,
  parseUnpinned,
  type Room,
  type RoomDefaults,
  type RoomRights,
  type Unpinned,
} from './room.ts'
export {
  buildGetCapabilities,
  buildGetPollInfo,
  buildGetRoom,
  buildGetRooms,
  buildUpdateRoom,
  type UpdateRoomInput,
} from './room-requests.ts'
export { isRoom, roomToken } from './room-token.ts'
export type { MemberId } from './schema.ts'
export { type SealRoomMessageInput, type SignMessageInput, sealRoomMessage, signMessage } from './seal-message.ts'
export { REQUEST_NONCE_LENGTH, type RequestHeaders, type SignRequestInput, signRequest } from './sign-request.ts'
export { requestSignedBytes, type SignedRequest } from './signed-text.ts'
export { type SignedRoomMessage, verifyMessage, verifyMessages } from './verify-message.ts'
export {
  type LatestVersion,
  parseLatestVersion,
  type Release,
  type ReleaseAsset,
} from './version-answer.ts'
export {
  buildVersionCheck,
  signVersionRequest,
  type VersionCheck,
  type VersionKeyPair,
  type VersionPlatform,
  type VersionRequestInput,
  versionKeyPair,
} from './version-blinding.ts'
