import { z } from 'zod'
import { type CommunityAnswer, checkStatus, readAnswer } from './answer.ts'
import { OpenGroupError } from './error.ts'
import { MAX_FILE_BYTES } from './limits.ts'
import { integer } from './schema.ts'

/** `POST /room/R/file`: the id of the upload. Protocol page 08, section 9.6. */
export const parseUploadedFile = (answer: CommunityAnswer): number => readAnswer(answer, z.object({ id: integer })).id

export interface DownloadedFile {
  /** As uploaded; nothing vouches for it. */
  readonly bytes: Uint8Array
  /** From `Content-Disposition`, without a path; undefined where the server says none or an unreadable one. */
  readonly fileName: string | undefined
  /** `Date` and `Expires`, milliseconds. */
  readonly uploaded: number | undefined
  readonly expires: number | undefined
}

/**
 * `GET /room/R/file/N`. Throws the codes of `checkStatus`, `OPEN_GROUP_BAD_ANSWER` for a body that is no bytes and
 * `OPEN_GROUP_TOO_LARGE`. Protocol page 08, section 9.6.
 */
export function parseFile(answer: CommunityAnswer): DownloadedFile {
  checkStatus(answer)
  const { body } = answer
  const headers = answer.headers ?? {}
  if (!(body instanceof Uint8Array)) throw new OpenGroupError('OPEN_GROUP_BAD_ANSWER', 'file: no bytes')
  if (body.length > MAX_FILE_BYTES) throw new OpenGroupError('OPEN_GROUP_TOO_LARGE', 'file: above the limit')
  return {
    bytes: new Uint8Array(body),
    fileName: fileNameOf(headers['content-disposition']),
    uploaded: timeOf(headers.date),
    expires: timeOf(headers.expires),
  }
}

function fileNameOf(disposition: string | undefined): string | undefined {
  const encoded = /^attachment;\s*filename\*=UTF-8''([^;]{1,4096})$/i.exec(disposition ?? '')?.[1]
  if (encoded === undefined) return undefined
  try {
    // As the server does on upload: nothing in a name that could be a path.
    return decodeURIComponent(encoded).replace(/\p{Cc}|[/\\]/gu, '\ufffd')
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
