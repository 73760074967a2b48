import { OpenGroupError } from './error.ts'
import { MAX_ROOM_LENGTH } from './limits.ts'

const PATTERN = new RegExp(`^[-0-9_a-z]{1,${MAX_ROOM_LENGTH}}$`, 'i')

/** Whether a text may name a room, in any case. */
export function isRoom(room: unknown): room is string {
  return typeof room === 'string' && PATTERN.test(room)
}

/** Throws `OPEN_GROUP_BAD_ROOM` for what names no room. */
export function requireRoom(room: unknown): asserts room is string {
  if (!isRoom(room)) {
    throw new OpenGroupError('OPEN_GROUP_BAD_ROOM', `room: expected 1 to ${MAX_ROOM_LENGTH} letters, digits, - or _`)
  }
}

/** A room's identity: its token in lower case. Throws `OPEN_GROUP_BAD_ROOM`. Protocol page 08, section 1.2. */
export function roomToken(room: string): string {
  requireRoom(room)
  return room.toLowerCase()
}
