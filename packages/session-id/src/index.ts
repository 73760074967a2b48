export {
  ACCOUNT_SEED_LENGTH,
  type Account,
  accountFromSeed,
  createAccount,
  ed25519MatchesSessionId,
  LONG_ACCOUNT_SEED_LENGTH,
  sessionIdFromEd25519,
} from './account.ts'
export { type Fingerprint, type FingerprintInput, fingerprint, verifyFingerprintQr } from './fingerprint.ts'
export * from './id.ts'
