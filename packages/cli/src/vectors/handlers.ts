import { attachmentHandlers } from './attachments.ts'
import { blindedMessageHandlers } from './blinded-message.ts'
import { blindingHandlers } from './blinding.ts'
import { configHandlers } from './config.ts'
import { configPartHandlers } from './config-parts.ts'
import { cryptoHandlers } from './crypto.ts'
import { groupMessageHandlers } from './group-message.ts'
import { groupUpdateHandlers } from './group-updates.ts'
import { groupHandlers, multiEncryptHandler } from './groups.ts'
import { identityHandlers } from './identity.ts'
import { onionHandlers } from './onion.ts'
import { openGroupHandlers } from './open-groups.ts'
import { paddingHandlers } from './padding.ts'
import { protocolV2Handlers } from './protocol-v2.ts'
import { pushHandlers } from './push.ts'
import type { VectorHandler, VectorHandlers } from './runner.ts'
import { serverMessageHandlers } from './server-message.ts'
import { sessionProtocolHandlers } from './session-protocol.ts'
import { shareHandlers } from './shares.ts'
import { storageHandlers } from './storage.ts'
import { xed25519Handlers } from './xed25519.ts'

const byStem: Readonly<Record<string, Readonly<Record<string, VectorHandler>>>> = {
  attachments: attachmentHandlers,
  ...configHandlers,
  'closed-group-updates': groupUpdateHandlers,
  'closed-groups': groupMessageHandlers,
  'config-multipart': configPartHandlers,
  envelope: paddingHandlers,
  identity: identityHandlers,
  'libsession-blinding': blindingHandlers,
  'libsession-crypto': { ...cryptoHandlers, multi_encrypt: multiEncryptHandler },
  'libsession-groups': groupHandlers,
  'libsession-onion': onionHandlers,
  'libsession-session-protocol': { ...sessionProtocolHandlers, ...blindedMessageHandlers },
  'libsession-xed25519': xed25519Handlers,
  'open-groups': openGroupHandlers,
  onion: { ...onionHandlers, ...serverMessageHandlers },
  'protocol-v2': protocolV2Handlers,
  push: pushHandlers,
  slip39: shareHandlers,
  storage: storageHandlers,
}

/** What can be replayed today, by `<stem>/<operation>`. */
export const handlers: VectorHandlers = new Map(
  Object.entries(byStem).flatMap(([stem, operations]) =>
    Object.entries(operations).map(([name, handler]) => [`${stem}/${name}`, handler] as const),
  ),
)
