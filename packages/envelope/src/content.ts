import type { GroupUpdateMessage } from './group-update.ts'
import type {
  ClosedGroupControlMessage,
  ConfigurationMessage,
  GroupContext,
  SharedConfigMessage,
} from './legacy-content.ts'
import type { UnknownFields } from './unknown-fields.ts'

/**
 * What a message says, as a plain object: the messages of protocol page 02, sections 4 to 6. Times are milliseconds unless
 * said; enums are the names of their values; a field that was not on the wire is absent.
 */
export interface Content extends UnknownFields {
  readonly dataMessage?: DataMessage | undefined
  readonly callMessage?: CallMessage | undefined
  readonly receiptMessage?: ReceiptMessage | undefined
  readonly typingMessage?: TypingMessage | undefined
  /** Legacy: read it, never write it. */
  readonly configurationMessage?: ConfigurationMessage | undefined
  readonly dataExtractionNotification?: DataExtractionNotification | undefined
  readonly unsendRequest?: UnsendRequest | undefined
  readonly messageRequestResponse?: MessageRequestResponse | undefined
  /** Only in the old wrapper of config messages. */
  readonly sharedConfigMessage?: SharedConfigMessage | undefined
  readonly expirationType?: 'UNKNOWN' | 'DELETE_AFTER_READ' | 'DELETE_AFTER_SEND' | undefined
  /** Seconds; 0 or absent is off. */
  readonly expirationTimer?: number | undefined
  /** Milliseconds. `sealMessage` sets it; must equal the envelope timestamp. */
  readonly sigTimestamp?: number | undefined
  readonly proMessage?: ProMessage | undefined
  /** 64 bytes; communities only. */
  readonly proSigForCommunityMessageOnly?: Uint8Array | undefined
}

export interface DataMessage extends UnknownFields {
  readonly body?: string | undefined
  /** At most 32. */
  readonly attachments?: readonly AttachmentPointer[] | undefined
  /** Dead. */
  readonly group?: GroupContext | undefined
  /** 2 is a change of the disappearing timer. */
  readonly flags?: number | undefined
  /** Dead; see `Content`. */
  readonly expireTimer?: number | undefined
  /** Key of the display picture: 32 bytes. */
  readonly profileKey?: Uint8Array | undefined
  /** Dead; see `sigTimestamp`. */
  readonly timestamp?: number | undefined
  readonly quote?: Quote | undefined
  readonly preview?: readonly Preview[] | undefined
  readonly reaction?: Reaction | undefined
  readonly profile?: LokiProfile | undefined
  readonly openGroupInvitation?: OpenGroupInvitation | undefined
  /** Legacy groups: read it, never write it. */
  readonly closedGroupControlMessage?: ClosedGroupControlMessage | undefined
  /** Only in copies to oneself: the id of the conversation. */
  readonly syncTarget?: string | undefined
  readonly blocksCommunityMessageRequests?: boolean | undefined
  readonly groupUpdateMessage?: GroupUpdateMessage | undefined
}

export interface Quote extends UnknownFields {
  /** Sent timestamp of the quoted message. */
  readonly id: number
  readonly author: string
  /** Ignore on receipt: it can be forged. */
  readonly text?: string | undefined
  /** Ignore on receipt: they can be forged. */
  readonly attachments?: readonly QuotedAttachment[] | undefined
}

export interface QuotedAttachment extends UnknownFields {
  readonly contentType?: string | undefined
  readonly fileName?: string | undefined
  readonly thumbnail?: AttachmentPointer | undefined
  readonly flags?: number | undefined
}

export interface Preview extends UnknownFields {
  readonly url: string
  readonly title?: string | undefined
  readonly image?: AttachmentPointer | undefined
}

export interface Reaction extends UnknownFields {
  /** Sent timestamp of the target. */
  readonly id: number
  /** Author of the target. */
  readonly author: string
  readonly emoji?: string | undefined
  readonly action: 'REACT' | 'REMOVE'
}

export interface OpenGroupInvitation extends UnknownFields {
  readonly url: string
  readonly name: string
}

export interface LokiProfile extends UnknownFields {
  /** At most 100 UTF-8 bytes. */
  readonly displayName?: string | undefined
  readonly profilePicture?: string | undefined
  /** Seconds. */
  readonly lastUpdateSeconds?: number | undefined
}

export interface AttachmentPointer extends UnknownFields {
  /** Must be present; 0n will do. Ignored on receipt. */
  readonly id: bigint
  readonly contentType?: string | undefined
  readonly key?: Uint8Array | undefined
  /** Plaintext bytes before padding. */
  readonly size?: number | undefined
  readonly thumbnail?: Uint8Array | undefined
  readonly digest?: Uint8Array | undefined
  readonly fileName?: string | undefined
  /** 1 is a voice message. */
  readonly flags?: number | undefined
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly caption?: string | undefined
  readonly url?: string | undefined
}

export interface ReceiptMessage extends UnknownFields {
  readonly type: 'DELIVERY' | 'READ'
  /** Sent timestamps of the messages. */
  readonly timestamp?: readonly number[] | undefined
}

export interface TypingMessage extends UnknownFields {
  /** Equals the envelope timestamp. */
  readonly timestamp: number
  readonly action: 'STARTED' | 'STOPPED'
}

export interface UnsendRequest extends UnknownFields {
  /** Sent timestamp of the target. */
  readonly timestamp: number
  readonly author: string
}

export interface DataExtractionNotification extends UnknownFields {
  readonly type: 'SCREENSHOT' | 'MEDIA_SAVED'
  /** Sent timestamp of the message whose media was saved. */
  readonly timestamp?: number | undefined
}

export interface MessageRequestResponse extends UnknownFields {
  readonly isApproved: boolean
  readonly profileKey?: Uint8Array | undefined
  readonly profile?: LokiProfile | undefined
}

export interface CallMessage extends UnknownFields {
  readonly type: 'OFFER' | 'ANSWER' | 'PROVISIONAL_ANSWER' | 'ICE_CANDIDATES' | 'END_CALL' | 'PRE_OFFER'
  readonly sdps?: readonly string[] | undefined
  readonly sdpMLineIndexes?: readonly number[] | undefined
  readonly sdpMids?: readonly string[] | undefined
  readonly uuid: string
}

export interface ProMessage extends UnknownFields {
  readonly proof?: ProProof | undefined
  readonly profileBitset?: bigint | undefined
  readonly messageBitset?: bigint | undefined
}

export interface ProProof extends UnknownFields {
  readonly version?: number | undefined
  readonly genIndexHash?: Uint8Array | undefined
  readonly rotatingPublicKey?: Uint8Array | undefined
  readonly expireAt?: bigint | undefined
  readonly sig?: Uint8Array | undefined
}
