export { agreeOnName, type NameAnswer, type NameAnswersInput, REQUIRED_ANSWERS } from './agreement.ts'
export { NamesError, type NamesErrorCode, type NamesFailure } from './error.ts'
export { legacyNameKey, nameHash, nameKey, rawNameHash, rawNameKey } from './key.ts'
export { isName, MAX_INPUT_CHARACTERS, MAX_NAME_BYTES, parseName, type SessionName } from './name.ts'
export {
  NAME_NONCE_LENGTH,
  NAME_VALUE_LENGTH,
  type NameRecord,
  type OpenNameRecordInput,
  openNameRecord,
  openRawNameRecord,
  type SealNameRecordInput,
  sealNameRecord,
} from './record.ts'
