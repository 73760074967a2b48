import { isSessionKitError } from '@sessionkit/bytes'
import {
  createScenarioWorld,
  hasSubaccountAccess,
  type ScenarioStep,
  type ScenarioWorldDefinition,
  selectRetrievePage,
} from '@sessionkit/devnet'
import { field, flag, has, integer, list, object, objects, optional, text } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import type { VectorHandler } from './runner.ts'
import { swarmHandlers } from './swarm.ts'

/** `storage.json`, protocol page 04: the client's side in `swarm.ts`, the node's side here. */
export const storageHandlers: Readonly<Record<string, VectorHandler>> = {
  ...swarmHandlers,

  scenarios: async (entry, { meta }) => {
    const world = await createScenarioWorld(object(meta, 'scenario_world') as unknown as ScenarioWorldDefinition)
    for (const [i, step] of objects(entry, 'steps').entries()) {
      const path = `steps[${i}]`
      const answer = await world.step(step as unknown as ScenarioStep).catch((error: unknown) => {
        // An action in words that we do not know is not a failure; an unknown node is.
        const unknown = isSessionKitError(error) && error.code === 'DEVNET_BAD_SCENARIO' && has(step, 'action')
        throw unknown ? new Unsupported(`${path}: action ${JSON.stringify(step.action)}`) : error
      })
      if (has(step, 'request') && answer === null) throw new Mismatch(`${path}: no answer`)
      if (answer === null) continue
      expectField(step, 'status', answer.status, `${path}.status`)
      expectField(step, 'body', answer.body, `${path}.body`)
    }
  },

  retrieve_paging: (entry) => {
    const sizes = list(entry, 'sizes')
    if (!sizes.every((size) => Number.isSafeInteger(size))) throw new Mismatch('sizes: not integers')
    const after = optional(entry, 'last_hash_index', integer) ?? null
    const maxCount = optional(entry, 'max_count', integer)
    const maxSize = optional(entry, 'max_size', integer)
    const page = selectRetrievePage({
      sizes: sizes as number[],
      after,
      ...(maxCount === undefined ? {} : { maxCount }),
      ...(maxSize === undefined ? {} : { maxSize }),
    })
    expectField(entry, 'returned', page.returned)
    expectField(entry, 'more', page.more)
  },

  subaccount_access: (entry) => {
    field(entry, 'allowed')
    const allowed = hasSubaccountAccess({
      method: text(entry, 'method'),
      accountPrefix: integer(entry, 'account_prefix'),
      tokenPrefix: integer(entry, 'token_prefix'),
      flags: integer(entry, 'flags'),
    })
    expectSame('allowed', flag(entry, 'allowed'), allowed)
  },
}
