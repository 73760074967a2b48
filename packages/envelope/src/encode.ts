import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { EnvelopeError } from './error.ts'
import { FIXED64, type FieldPlan, type MessagePlan } from './schema.ts'

const MAX_U32 = 0xffff_ffff
const MAX_U64 = 0xffff_ffff_ffff_ffffn
// A lone surrogate has no UTF-8 form; encoders replace it silently, and the text would not come back.
const loneSurrogate = /\p{Surrogate}/u

/**
 * Writes a plain message by its plan: fields ascending, repeated scalars unpacked, unknown fields last.
 * Protocol page 02, section 2. A field that the schema does not have is an error: it would vanish silently.
 */
export function encodePlain(message: object, plan: MessagePlan): Uint8Array {
  return write(new BinaryWriter(), message, plan).finish() as Uint8Array
}

function write(writer: BinaryWriter, message: unknown, plan: MessagePlan): BinaryWriter {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new EnvelopeError('ENVELOPE_BAD_FIELD', `${plan.name}: expected an object`)
  }
  const source = message as Readonly<Record<string, unknown>>
  let left = 0
  for (const key of Object.keys(source)) if (source[key] !== undefined && key !== 'unknownFields') left++
  for (const field of plan.fields) {
    const value = source[field.name]
    if (value === undefined) {
      if (!field.required) continue
      throw new EnvelopeError('ENVELOPE_MISSING_FIELD', `${plan.name}: the required field ${field.name} is missing`)
    }
    left--
    if (!field.repeated) writeField(writer, field, value, plan)
    else if (Array.isArray(value)) for (const item of value) writeField(writer, field, item, plan)
    else throw badField(field, plan, 'a list')
  }
  if (left !== 0) throw new EnvelopeError('ENVELOPE_BAD_FIELD', `${plan.name}: a field that the schema does not have`)
  const unknown = source.unknownFields
  if (unknown instanceof Uint8Array) writer.raw(unknown)
  else if (unknown !== undefined)
    throw new EnvelopeError('ENVELOPE_BAD_FIELD', `${plan.name}: unknownFields: not bytes`)
  return writer
}

function writeField(writer: BinaryWriter, field: FieldPlan, value: unknown, plan: MessagePlan): void {
  writer.tag(field.number, field.wireType)
  switch (field.kind) {
    case 'message':
      writer.fork()
      write(writer, value, field.message as MessagePlan)
      writer.join()
      return
    case 'string':
      if (typeof value !== 'string') throw badField(field, plan, 'text')
      if (loneSurrogate.test(value)) {
        throw new EnvelopeError('ENVELOPE_BAD_TEXT', `${plan.name}: ${field.name} has half of a surrogate pair`)
      }
      writer.string(value)
      return
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw badField(field, plan, 'bytes')
      writer.bytes(value)
      return
    case 'bool':
      if (typeof value !== 'boolean') throw badField(field, plan, 'a boolean')
      writer.bool(value)
      return
    case 'enum': {
      const number = typeof value === 'string' ? field.numberByName.get(value) : undefined
      if (number === undefined) throw badField(field, plan, [...field.numberByName.keys()].join(' | '))
      writer.int32(number)
      return
    }
    case 'uint32':
      if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > MAX_U32) {
        throw badField(field, plan, 'a whole number of 32 bits')
      }
      writer.uint32(value as number)
      return
    case 'bigint': {
      const wide = Number.isSafeInteger(value) ? BigInt(value as number) : value
      if (typeof wide !== 'bigint' || wide < 0n || wide > MAX_U64)
        throw badField(field, plan, 'a whole number of 64 bits')
      if (field.wireType === FIXED64) writer.fixed64(wide)
      else writer.uint64(wide)
      return
    }
    default:
      if (!Number.isSafeInteger(value) || ((value as number) < 0 && !field.signed)) {
        throw badField(field, plan, 'a whole number up to 2^53 - 1')
      }
      if (field.signed) writer.int64(value as number)
      else writer.uint64(value as number)
  }
}

function badField(field: FieldPlan, plan: MessagePlan, expected: string): EnvelopeError {
  return new EnvelopeError('ENVELOPE_BAD_FIELD', `${plan.name}: ${field.name}: expected ${expected}`)
}
