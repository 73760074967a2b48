export { MnemonicError, type MnemonicErrorCode } from './error.ts'
export { inspectShare, type JoinSharesInput, joinShares, MAX_JOINED_SHARES } from './shares/join.ts'
export { MAX_SHARE_LENGTH, MAX_SHARED_BYTES, type ShareInfo, type ShareSet } from './shares/share.ts'
export { MAX_SHARES, type SplitSeedInput, splitSeed } from './shares/split.ts'
