import { BinaryReader } from '@bufbuild/protobuf/wire'
import { bytesToUtf8, isSessionKitError } from '@sessionkit/bytes'
import { EnvelopeError } from './error.ts'
import { type FieldPlan, LENGTH_DELIMITED, type MessagePlan, VARINT } from './schema.ts'

/** A decoded message: fields that were on the wire, by name, and the bytes of those that the schema does not know. */
export type PlainMessage = Record<string, unknown>

/**
 * Reads a message by its plan, stricter than the runtime of Protocol Buffers: required fields are demanded at every
 * level, text must be UTF-8, an unknown value of a required enum is an error, and a known number with a foreign wire
 * type is an unknown field. Protocol page 02, section 2. The schema does not recurse, so its depth bounds the call.
 */
export function decodePlain(bytes: Uint8Array, plan: MessagePlan): PlainMessage {
  try {
    return readMessage([plainView(bytes)], plan)
  } catch (cause) {
    if (cause instanceof EnvelopeError) throw cause
    // What the reader throws for truncated or impossible bytes has no code of its own.
    throw new EnvelopeError('ENVELOPE_BAD_PROTOBUF', `${plan.name}: not a valid protobuf message`, { cause })
  }
}

/**
 * One message from all its occurrences, which are merged. Taking them together keeps the work linear: merging one by
 * one, a hostile input would cost its square. Each is read by itself, so that none runs on into the next.
 */
function readMessage(occurrences: readonly Uint8Array[], plan: MessagePlan): PlainMessage {
  const into: PlainMessage = {}
  const unknown: Uint8Array[] = []
  // Singular messages: until the loop ends, `into` holds the list of their occurrences.
  const nested: FieldPlan[] = []
  for (const bytes of occurrences) {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const start = reader.pos
      const [number, wireType] = reader.tag()
      const field = plan.byNumber.get(number)
      if (field === undefined || !readField(reader, wireType, field, plan, into, nested)) {
        reader.skip(wireType, number)
        unknown.push(bytes.subarray(start, reader.pos))
      }
    }
  }
  for (const field of nested) into[field.name] = readMessage(into[field.name] as Uint8Array[], field.message!)
  for (const field of plan.required) {
    if (into[field.name] === undefined) {
      throw new EnvelopeError('ENVELOPE_MISSING_FIELD', `${plan.name}: the required field ${field.name} is missing`)
    }
  }
  if (unknown.length > 0) into.unknownFields = joined(unknown)
  return into
}

/** A view without Buffer's own `slice`, which would hand out windows on the caller's memory. */
const plainView = (bytes: Uint8Array): Uint8Array =>
  bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)

/** Whether the field was taken. False leaves the reader behind the tag, for the field to be kept as unknown. */
function readField(
  reader: BinaryReader,
  wireType: number,
  field: FieldPlan,
  plan: MessagePlan,
  into: PlainMessage,
  nested: FieldPlan[],
): boolean {
  if (wireType !== field.wireType) {
    const packed = field.repeated && field.wireType === VARINT && wireType === LENGTH_DELIMITED
    if (!packed) return false
    const list = listOf(into, field)
    const values = new BinaryReader(reader.bytes())
    while (values.pos < values.len) list.push(readScalar(values, field, plan))
    return true
  }
  const start = reader.pos
  if (field.message !== null) {
    const bytes = reader.bytes()
    if (field.repeated) listOf(into, field).push(readMessage([bytes], field.message))
    else {
      const parts = into[field.name] as Uint8Array[] | undefined
      if (parts === undefined) {
        into[field.name] = [bytes]
        nested.push(field)
      } else parts.push(bytes)
    }
    return true
  }
  const value = readScalar(reader, field, plan)
  if (value === undefined) {
    reader.pos = start
    return false
  }
  if (field.repeated) listOf(into, field).push(value)
  else into[field.name] = value
  return true
}

function listOf(into: PlainMessage, field: FieldPlan): unknown[] {
  const known = into[field.name]
  if (Array.isArray(known)) return known
  const list: unknown[] = []
  into[field.name] = list
  return list
}

function readScalar(reader: BinaryReader, field: FieldPlan, plan: MessagePlan): unknown {
  switch (field.kind) {
    case 'string':
      return text(reader.bytes(), field, plan)
    case 'bytes':
      return reader.bytes().slice()
    case 'bool':
      return reader.bool()
    case 'uint32':
      return reader.uint32()
    case 'enum':
      return enumName(reader.int32(), field, plan)
    case 'bigint':
      return BigInt(field.wireType === VARINT ? reader.uint64() : reader.fixed64())
    default:
      return safeNumber(Number(field.signed ? reader.int64() : reader.uint64()), field, plan)
  }
}

function text(bytes: Uint8Array, field: FieldPlan, plan: MessagePlan): string {
  try {
    return bytesToUtf8(bytes)
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw new EnvelopeError('ENVELOPE_BAD_TEXT', `${plan.name}: ${field.name} is not UTF-8`, { cause })
  }
}

/** An optional enum with a value that we do not know stays an unknown field, as proto2 demands. */
function enumName(value: number, field: FieldPlan, plan: MessagePlan): string | undefined {
  const name = field.nameByNumber.get(value)
  if (name === undefined && field.required) {
    throw new EnvelopeError('ENVELOPE_UNSUPPORTED_KIND', `${plan.name}: ${field.name} has the unknown value ${value}`)
  }
  return name
}

function safeNumber(value: number, field: FieldPlan, plan: MessagePlan): number {
  if (Number.isSafeInteger(value)) return value
  throw new EnvelopeError('ENVELOPE_NUMBER_RANGE', `${plan.name}: ${field.name} is above 2^53 - 1`)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    result.set(part, offset)
    offset += part.length
  }
  return result
}
