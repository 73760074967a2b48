import type { AttachmentPointer } from './content.ts'
import type { UnknownFields } from './unknown-fields.ts'

// Protocol page 02, section 8: read for importing history, never sent.

export interface SharedConfigMessage extends UnknownFields {
  readonly kind: 'USER_PROFILE' | 'CONTACTS' | 'CONVO_INFO_VOLATILE' | 'USER_GROUPS'
  readonly seqno: number
  readonly data: Uint8Array
}

export interface ConfigurationMessage extends UnknownFields {
  readonly closedGroups?: readonly ConfigurationMessageClosedGroup[] | undefined
  readonly openGroups?: readonly string[] | undefined
  readonly displayName?: string | undefined
  readonly profilePicture?: string | undefined
  readonly profileKey?: Uint8Array | undefined
  readonly contacts?: readonly ConfigurationMessageContact[] | undefined
}

export interface ConfigurationMessageClosedGroup extends UnknownFields {
  readonly publicKey?: Uint8Array | undefined
  readonly name?: string | undefined
  readonly encryptionKeyPair?: KeyPair | undefined
  readonly members?: readonly Uint8Array[] | undefined
  readonly admins?: readonly Uint8Array[] | undefined
  readonly expirationTimer?: number | undefined
}

export interface ConfigurationMessageContact extends UnknownFields {
  readonly publicKey: Uint8Array
  readonly name: string
  readonly profilePicture?: string | undefined
  readonly profileKey?: Uint8Array | undefined
  readonly isApproved?: boolean | undefined
  readonly isBlocked?: boolean | undefined
  readonly didApproveMe?: boolean | undefined
}

export interface KeyPair extends UnknownFields {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

export interface ClosedGroupControlMessage extends UnknownFields {
  readonly type:
    | 'NEW'
    | 'ENCRYPTION_KEY_PAIR'
    | 'NAME_CHANGE'
    | 'MEMBERS_ADDED'
    | 'MEMBERS_REMOVED'
    | 'MEMBER_LEFT'
    | 'ENCRYPTION_KEY_PAIR_REQUEST'
  readonly publicKey?: Uint8Array | undefined
  readonly name?: string | undefined
  readonly encryptionKeyPair?: KeyPair | undefined
  readonly members?: readonly Uint8Array[] | undefined
  readonly admins?: readonly Uint8Array[] | undefined
  readonly wrappers?: readonly KeyPairWrapper[] | undefined
  readonly expirationTimer?: number | undefined
}

export interface KeyPairWrapper extends UnknownFields {
  readonly publicKey: Uint8Array
  readonly encryptedKeyPair: Uint8Array
}

export interface GroupContext extends UnknownFields {
  readonly id?: Uint8Array | undefined
  readonly type?: 'UNKNOWN' | 'UPDATE' | 'DELIVER' | 'QUIT' | 'REQUEST_INFO' | undefined
  readonly name?: string | undefined
  readonly members?: readonly string[] | undefined
  readonly avatar?: AttachmentPointer | undefined
  readonly admins?: readonly string[] | undefined
}
