import {
  decodePhraseDetailed,
  decodeWords,
  MAX_PHRASE_LENGTH,
  MnemonicError,
  type WordList,
} from '@sessionkit/mnemonic'
import { languageNames, loadWordList } from '@sessionkit/mnemonic/languages'
import { accountFromSeed } from '@sessionkit/session-id'
import { attempt } from './attempt.ts'
import type { Finding } from './finding.ts'

/** Fewest words that are taken for a phrase: with fewer, any text would do. */
const MIN_WORDS = 11
const MAX_WORDS = 26

/**
 * Says whether a text is a recovery phrase, in which language and whether it is valid. Neither the phrase nor its seed
 * is part of the answer; the Session ID is, which anybody may know.
 */
export async function inspectPhrase(text: string): Promise<Finding | null> {
  const words = text.split(/\s+/)
  if (text.length > MAX_PHRASE_LENGTH || words.length < MIN_WORDS || words.length > MAX_WORDS) return null
  const lists = await Promise.all(languageNames.map((name) => loadWordList(name)))
  const valid = lists.flatMap((language) => {
    const decoded = attempt(() => decodePhraseDetailed(text, { ...anyLength, language }))
    return decoded === undefined ? [] : [{ language, ...decoded }]
  })
  const [found] = valid
  if (found !== undefined) {
    const account = accountFromSeed(found.seed)
    const { sessionId } = account
    account.wipe()
    found.seed.wipe()
    return {
      kind: 'phrase',
      title: 'A valid recovery phrase: whoever reads it owns the account',
      facts: {
        language: valid.map(({ language }) => language.name).join(' or '),
        words: words.length,
        valid: true,
        ...(found.warnings.length > 0 ? { warnings: found.warnings.join(', ') } : {}),
        account: sessionId,
      },
    }
  }
  const [best] = lists
    .map((language) => ({ language, known: words.filter((word) => isKnown(word, language)).length }))
    .sort((a, b) => b.known - a.known)
  if (best === undefined || best.known * 2 < words.length) return null
  return {
    kind: 'phrase',
    title: 'A recovery phrase that is not valid',
    facts: {
      language: best.language.name,
      words: words.length,
      'known words': best.known,
      valid: false,
      reason: reasonOf(text, best.language),
    },
  }
}

const anyLength = { allow12: true, allow24: true, allow25: true }

/** A triple of one word is always possible, so that only an unknown word is refused. */
const isKnown = (word: string, language: WordList): boolean =>
  attempt(() => decodeWords(`${word} ${word} ${word}`, { language })) !== undefined

function reasonOf(text: string, language: WordList): string {
  try {
    decodePhraseDetailed(text, { ...anyLength, language }).seed.wipe()
    return ''
  } catch (error) {
    // The messages of this package name positions, never words.
    if (error instanceof MnemonicError) return `${error.message} (${error.code})`
    throw error
  }
}
