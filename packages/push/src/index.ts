export { MAX_ANSWER_MESSAGE_CHARACTERS, type PushOutcome, parsePushAnswer } from './answer.ts'
export { PushError, type PushErrorCode } from './error.ts'
export {
  type OpenNotificationInput,
  openNotification,
  type PollReason,
  type PushNotification,
} from './notification.ts'
export {
  type NotificationMetadata,
  type ParsedNotification,
  parseNotification,
} from './notification-list.ts'
export {
  MAX_NOTIFICATION_DATA_BYTES,
  NOTIFICATION_PADDING,
  type SealNotificationInput,
  sealNotification,
} from './notification-seal.ts'
export {
  decryptNotification,
  ENC_KEY_LENGTH,
  MAX_PAYLOAD_BYTES,
  MIN_PAYLOAD_BYTES,
} from './payload.ts'
export {
  type BuildSubscribeInput,
  type BuildUnsubscribeInput,
  buildSubscribe,
  buildUnsubscribe,
  encodePushBody,
  MAX_PUSH_BODY_BYTES,
  MAX_PUSH_REQUESTS,
  type PushRequest,
} from './request.ts'
export { PUSH_SERVER, type PushService } from './service.ts'
export { MONITOR_MAX_AGE_SECONDS, MONITOR_MAX_FUTURE_SECONDS, monitorText, unsubscribeText } from './signed-text.ts'
export type { PushAccountSigner, PushGroupSigner, PushSigner, PushSubaccountSigner } from './signer.ts'
export {
  type PushSubscription,
  type PushUnsubscription,
  parsePushBody,
  type VerifyPushInput,
  verifySubscribe,
  verifyUnsubscribe,
} from './verify.ts'
