import { utf8ToBytes } from '@sessionkit/bytes'
import {
  ConfigError,
  type ConfigPath,
  checkedPicture,
  MAX_NAME_LENGTH,
  type MergeReport,
  type ProfilePicture,
  readFlag,
  readPicture,
  readPositive,
  readText,
  type StoredConfig,
  truncateName,
  writeFlag,
  writePicture,
  writePositive,
  writeText,
} from '@sessionkit/config'
import { GroupConfig, type GroupConfigOptions } from './group-config.ts'
import { MAX_DESCRIPTION_LENGTH, MAX_FUTURE_MS } from './limits.ts'

/** Seconds above this are milliseconds by mistake: one would delete the history of everybody. */
const MAX_SECONDS = 9_000_000_000

/**
 * Name, picture and rules of a group: namespace 13. Times are unix seconds. Setters throw `CONFIG_READ_ONLY` for members
 * and `CONFIG_BAD_VALUE`. Protocol page 06, section 4.
 */
export class GroupInfo extends GroupConfig {
  constructor(options: GroupConfigOptions) {
    super(options, { domain: 'groups::Info', namespace: 13, foreignKeys: ['m'] })
  }

  /** Empty: none. At most 100 bytes of UTF-8. */
  get name(): string {
    return readText(this.config, ['n'])
  }

  set name(name: string) {
    writeText(this.config, ['n'], checkedText(name, MAX_NAME_LENGTH, 'name'))
  }

  /** Sets the name, cut to what fits. */
  setNameTruncated(name: string): void {
    this.name = truncateName(name)
  }

  /** Empty: none. At most 2000 bytes of UTF-8. */
  get description(): string {
    return readText(this.config, ['o'])
  }

  set description(description: string) {
    writeText(this.config, ['o'], checkedText(description, MAX_DESCRIPTION_LENGTH, 'description'))
  }

  get picture(): ProfilePicture | null {
    return readPicture(this.config, ['p'], ['q'])
  }

  set picture(picture: ProfilePicture | null) {
    writePicture(this.config, ['p'], ['q'], checkedPicture(picture))
  }

  /** 0: not said, as by official clients. */
  get createdAt(): number {
    return readPositive(this.config, ['c'])
  }

  set createdAt(seconds: number) {
    writePositive(this.config, ['c'], checkedSeconds(seconds))
  }

  /** Messages disappear so many seconds after they were sent; 0: never. */
  get expirySeconds(): number {
    return readPositive(this.config, ['E'])
  }

  set expirySeconds(seconds: number) {
    writePositive(this.config, ['E'], checkedSeconds(seconds))
  }

  /** Messages from before this time are to be deleted; 0: none. A time more than a day ahead reads as 0. */
  get deleteBefore(): number {
    return this.#past(['d'])
  }

  set deleteBefore(seconds: number) {
    writePositive(this.config, ['d'], checkedSeconds(seconds))
  }

  /** Attachments from before this time are to be deleted, as `deleteBefore`. */
  get deleteAttachmentsBefore(): number {
    return this.#past(['D'])
  }

  set deleteAttachmentsBefore(seconds: number) {
    writePositive(this.config, ['D'], checkedSeconds(seconds))
  }

  /** Whether an admin ended the group, for ever: no later message takes it back. */
  get destroyed(): boolean {
    return readFlag(this.config, ['!']) || this.config.extra.has('destroyed')
  }

  /** Ends the group. Push it; there is no way back. */
  destroy(): void {
    writeFlag(this.config, ['!'], true)
  }

  override merge(messages: readonly StoredConfig[]): MergeReport {
    const { destroyed } = this
    const report = super.merge(messages)
    if (destroyed && !this.destroyed) this.config.extra = new Map([...this.config.extra, ['destroyed', 1n]])
    return report
  }

  #past(path: ConfigPath): number {
    const seconds = readPositive(this.config, path)
    return seconds * 1000 > this.now() + MAX_FUTURE_MS ? 0 : seconds
  }
}

export function checkedText(text: string, most: number, what: string): string {
  if (typeof text !== 'string') throw new ConfigError('CONFIG_BAD_VALUE', `${what}: expected text`)
  if (text.includes('\0')) throw new ConfigError('CONFIG_BAD_VALUE', `${what}: has a NUL`)
  if (text.length > most || utf8Length(text, what) > most) {
    throw new ConfigError('CONFIG_BAD_VALUE', `${what}: at most ${most} bytes`)
  }
  return text
}

function utf8Length(text: string, what: string): number {
  try {
    return utf8ToBytes(text).length
  } catch (cause) {
    throw new ConfigError('CONFIG_BAD_VALUE', `${what}: not well-formed`, { cause })
  }
}

function checkedSeconds(seconds: number): number {
  if (seconds > MAX_SECONDS) throw new ConfigError('CONFIG_BAD_VALUE', 'expected seconds, got milliseconds')
  return seconds
}
