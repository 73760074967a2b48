import { isSessionKitError } from '@sessionkit/bytes'
import { canonicalBaseUrl, canonicalRoom } from './community-url.ts'
import type { Config, ConfigPath } from './config.ts'
import { checkedBytes, readBytes, readText, storedText } from './fields.ts'
import { bytesToBinary } from './value.ts'

/** One room below a server's dict. */
export interface StoredRoom {
  readonly baseUrl: string
  /** The key of the room: lower case. */
  readonly room: string
  readonly publicKey: Uint8Array
  readonly path: ConfigPath
}

/** The record of a room, made with its server's key if it is not there. */
export function roomPath(top: string, baseUrl: string, room: string): ConfigPath {
  return [top, storedText(canonicalBaseUrl(baseUrl)), 'R', canonicalRoom(room)]
}

export function writeServerKey(config: Config, path: ConfigPath, publicKey: Uint8Array): void {
  config.set([path[0]!, path[1]!, '#'], bytesToBinary(checkedBytes(publicKey, 32, 'server key')))
}

/** Rooms that can be read; a server that a merge left without its key is skipped. */
export function listRooms(config: Config, top: string): StoredRoom[] {
  return config.keys([top]).flatMap((server) => {
    if (!isCanonical(server, canonicalBaseUrl)) return []
    return config.keys([top, server, 'R']).flatMap((room) => {
      const found = isCanonical(room, canonicalRoom) ? readRoom(config, [top, server, 'R', room]) : null
      return found === null ? [] : [found]
    })
  })
}

/** One room at a path that `roomPath` made. */
export function readRoom(config: Config, path: ConfigPath): StoredRoom | null {
  const [top, baseUrl, , room] = path as [string, string, string, string]
  const publicKey = readBytes(config, [top, baseUrl, '#'], 32)
  return publicKey === null || !config.isDict(path) ? null : { baseUrl, room, publicKey, path }
}

/** The token as it was spelled, if that is the same room. */
export function spelledRoom(config: Config, room: StoredRoom): string {
  const spelled = readText(config, [...room.path, 'n'])
  return isCanonicalOf(spelled, room.room) ? spelled : room.room
}

/** Erases a room, and its server when that was the last one. */
export function eraseRoom(config: Config, path: ConfigPath): boolean {
  if (!config.erase(path)) return false
  if (!config.has(path.slice(0, 3))) config.erase(path.slice(0, 2))
  return true
}

function isCanonical(text: string, canonical: (text: string) => string): boolean {
  try {
    return canonical(text) === text
  } catch (error) {
    if (isSessionKitError(error)) return false
    throw error
  }
}

const isCanonicalOf = (spelled: string, room: string): boolean => isCanonical(room, () => canonicalRoom(spelled))
