import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'

/** How a field's value is written: the wire types of Protocol Buffers without the dead groups. */
export const VARINT = 0
export const FIXED64 = 1
export const LENGTH_DELIMITED = 2

/** The descriptor's mark of a proto2 `required` field; its name lives in a module that is large. */
const LEGACY_REQUIRED = 3

export type FieldKind = 'number' | 'bigint' | 'uint32' | 'bool' | 'string' | 'bytes' | 'enum' | 'message'

export interface FieldPlan {
  readonly number: number
  readonly name: string
  readonly kind: FieldKind
  readonly wireType: number
  readonly repeated: boolean
  readonly required: boolean
  readonly signed: boolean
  readonly nameByNumber: ReadonlyMap<number, string>
  readonly numberByName: ReadonlyMap<string, number>
  readonly message: MessagePlan | null
}

/** What encoder and decoder need of one message type, read once from its generated descriptor. */
export interface MessagePlan {
  readonly name: string
  /** Ascending by number, the order in which fields are written. */
  readonly fields: readonly FieldPlan[]
  readonly byNumber: ReadonlyMap<number, FieldPlan>
  readonly required: readonly FieldPlan[]
}

/**
 * 64-bit fields that are not times: an attachment's old numeric id, and everything in the Pro fields, whose oddities
 * must never drop a message. A value beyond 2^53 - 1 is legal there.
 */
const isWide = (field: DescField): boolean =>
  (field.parent.name === 'AttachmentPointer' && field.number === 1) || field.parent.name.startsWith('Pro')

const plans = new Map<string, MessagePlan>()

export function planOf(message: DescMessage): MessagePlan {
  const known = plans.get(message.typeName)
  if (known !== undefined) return known
  const fields = [...message.fields].sort((a, b) => a.number - b.number).map(fieldPlan)
  const plan: MessagePlan = {
    name: message.name,
    fields,
    byNumber: new Map(fields.map((field) => [field.number, field])),
    required: fields.filter((field) => field.required),
  }
  plans.set(message.typeName, plan)
  return plan
}

function fieldPlan(field: DescField): FieldPlan {
  const kind = kindOf(field)
  const values = field.enum?.values ?? []
  return {
    number: field.number,
    name: field.jsonName,
    kind,
    wireType: wireTypeOf(field, kind),
    repeated: field.fieldKind === 'list',
    required: field.presence === LEGACY_REQUIRED,
    signed: field.scalar === ScalarType.INT64,
    nameByNumber: new Map(values.map((value) => [value.number, value.name])),
    numberByName: new Map(values.map((value) => [value.name, value.number])),
    message: field.message === undefined ? null : planOf(field.message),
  }
}

function wireTypeOf(field: DescField, kind: FieldKind): number {
  if (kind === 'string' || kind === 'bytes' || kind === 'message') return LENGTH_DELIMITED
  return field.scalar === ScalarType.FIXED64 ? FIXED64 : VARINT
}

function kindOf(field: DescField): FieldKind {
  if (field.message !== undefined) return 'message'
  if (field.enum !== undefined) return 'enum'
  switch (field.scalar) {
    case ScalarType.STRING:
      return 'string'
    case ScalarType.BYTES:
      return 'bytes'
    case ScalarType.BOOL:
      return 'bool'
    case ScalarType.UINT32:
      return 'uint32'
    default:
      return isWide(field) ? 'bigint' : 'number'
  }
}
