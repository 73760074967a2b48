import type { CallMessage, ReceiptMessage, TypingMessage, UnsendRequest } from './content.ts'
import { EnvelopeError } from './error.ts'
import { MAX_RECEIPT_TIMESTAMPS } from './limits.ts'

// The rows Typing, Receipt, UnsendRequest and Call of protocol page 02, section 18.

export function checkTyping(typing: TypingMessage, timestamp: number, conversation: string): void {
  if (typing.timestamp !== timestamp) {
    throw new EnvelopeError('ENVELOPE_BAD_TYPING', 'typing: its timestamp is not the envelope timestamp')
  }
  if (conversation !== 'contact') throw new EnvelopeError('ENVELOPE_BAD_TYPING', 'typing: only a contact types')
}

export function checkReceipt(receipt: ReceiptMessage): void {
  const count = receipt.timestamp?.length ?? 0
  if (receipt.type !== 'READ') throw new EnvelopeError('ENVELOPE_BAD_RECEIPT', 'receipt: only READ is valid')
  if (count === 0 || count > MAX_RECEIPT_TIMESTAMPS) {
    throw new EnvelopeError('ENVELOPE_BAD_RECEIPT', `receipt: 1 to ${MAX_RECEIPT_TIMESTAMPS} timestamps, got ${count}`)
  }
}

export function checkUnsend(unsend: UnsendRequest, sender: string, self: string | undefined): void {
  if (unsend.timestamp === 0) throw new EnvelopeError('ENVELOPE_BAD_UNSEND', 'unsend: its timestamp is 0')
  if (unsend.author !== sender && sender !== self) {
    throw new EnvelopeError('ENVELOPE_BAD_UNSEND', 'unsend: the sender did not write that message')
  }
}

export function checkCall(call: CallMessage): void {
  const sdps = call.sdps?.length ?? 0
  if (call.uuid === '') throw new EnvelopeError('ENVELOPE_BAD_CALL', 'call: its uuid is empty')
  if (sdps === 0 && call.type !== 'PRE_OFFER' && call.type !== 'END_CALL') {
    throw new EnvelopeError('ENVELOPE_BAD_CALL', `call: ${call.type} needs sdps`)
  }
  if (call.type !== 'ICE_CANDIDATES') return
  if (call.sdpMLineIndexes?.length !== sdps || call.sdpMids?.length !== sdps) {
    throw new EnvelopeError('ENVELOPE_BAD_CALL', 'call: the lists of candidates have different lengths')
  }
}
