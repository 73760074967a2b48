import { type Account, accountFromSeed } from '@sessionkit/session-id'

const from = (first: number): Account => accountFromSeed(Uint8Array.from({ length: 16 }, (_, i) => first + i))

/** The two accounts of the worked example of protocol page 02, section 11, and a third. */
export const people = (): { alice: Account; bob: Account; carol: Account } => ({
  alice: from(0x01),
  bob: from(0xa0),
  carol: from(0x40),
})
export const timestamp = 1_737_331_200_123
