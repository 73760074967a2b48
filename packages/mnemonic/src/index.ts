export { MnemonicError, type MnemonicErrorCode } from './error.ts'
export {
  type DecodedPhrase,
  type DecodePhraseOptions,
  decodePhrase,
  decodePhraseDetailed,
  type EncodePhraseOptions,
  encodePhrase,
  MAX_PHRASE_LENGTH,
  type PhraseWarning,
} from './phrase.ts'
export { type SuggestWordsOptions, suggestWords } from './suggest.ts'
export { WORDS_IN_LIST, type WordList } from './wordlist.ts'
export { english } from './wordlists/english.ts'
export {
  type DecodeWordsOptions,
  decodeWords,
  type EncodeWordsOptions,
  encodeWords,
  MAX_WORDS_BYTES,
  MAX_WORDS_LENGTH,
} from './words.ts'
