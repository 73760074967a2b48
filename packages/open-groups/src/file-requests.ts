import { requireBytes } from './argument.ts'
import { canonicalBaseUrl } from './community-url.ts'
import { OpenGroupError } from './error.ts'
import { MAX_FILE_BYTES } from './limits.ts'
import { BYTES_TYPE, type CommunityRequest, get, idPath, onText, roomPath } from './request.ts'

export interface UploadFileInput {
  readonly room: string
  /** At most 10,000,000 bytes. Not encrypted: the server and everyone in the room can read it. */
  readonly bytes: Uint8Array
  readonly fileName?: string | undefined
}

/** Uploads a file, which lives one hour until a message names it. Protocol page 08, section 9.6. */
export function buildUploadFile({ room, bytes, fileName }: UploadFileInput): CommunityRequest {
  requireBytes(bytes, 'bytes')
  if (bytes.length > MAX_FILE_BYTES) throw new OpenGroupError('OPEN_GROUP_TOO_LARGE', 'file: above the limit')
  const headers: Record<string, string> = { 'Content-Type': BYTES_TYPE }
  if (fileName !== undefined) {
    if (typeof fileName !== 'string') throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'fileName: expected a text')
    headers['Content-Disposition'] = `attachment; filename*=UTF-8''${encodedName(fileName)}`
  }
  return { method: 'POST', endpoint: `${roomPath(room)}/file`, headers, body: new Uint8Array(bytes) }
}

/** Downloads a file. The answer's body is the file. Protocol page 08, section 9.6. */
export function buildGetFile(input: { readonly room: string; readonly id: number }): CommunityRequest {
  return get(`${roomPath(input.room)}/file/${idPath(input.id, 'id')}`)
}

/**
 * The id in a community attachment's URL, if that lies in the room: others are not fetched without being asked. Desktop
 * writes `<base>/room/<room>/file/<id>`, Android `<base>/file/<id>`; neither need know whether we come by http or https.
 * Only the id is of use: it is asked of the room's own server. Protocol page 07, section 11.
 */
export function fileIdOfUrl(input: {
  readonly url: string
  readonly baseUrl: string
  readonly room: string
}): number | undefined {
  const { url, baseUrl, room } = input
  if (typeof url !== 'string') return undefined
  const base = withoutScheme(canonicalBaseUrl(baseUrl))
  const given = withoutScheme(url)
  for (const path of [`${roomPath(room)}/file/`, '/file/']) {
    const start = `${base}${path}`.toLowerCase()
    if (given.slice(0, start.length).toLowerCase() !== start) continue
    const id = /^[0-9]{1,16}(?=$|\/[^/]*$)/.exec(given.slice(start.length))?.[0]
    return id !== undefined && Number.isSafeInteger(Number(id)) ? Number(id) : undefined
  }
  return undefined
}

const withoutScheme = (url: string): string => url.replace(/^https?(?=:\/\/)/i, '')

const encodedName = (name: string): string =>
  onText(() => encodeURIComponent(name)).replace(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
