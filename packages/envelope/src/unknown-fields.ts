/** Fields of the wire that this version does not know, tags and all; written back last. */
export interface UnknownFields {
  readonly unknownFields?: Uint8Array | undefined
}
