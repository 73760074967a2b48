import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  createScenarioWorld,
  hasSubaccountAccess,
  replayScenario,
  type Scenario,
  selectRetrievePage,
} from '../src/index.ts'

const file = JSON.parse(readFileSync(new URL('../../../vectors/storage.json', import.meta.url), 'utf8'))
const { scenarios, retrieve_paging: paging, subaccount_access: access } = file.operations

describe('scenarios of the storage vectors', () => {
  for (const scenario of scenarios as Scenario[]) {
    test(scenario.name, async () => {
      const world = await createScenarioWorld(file.scenario_world)
      for (const [index, step] of scenario.steps.entries()) {
        const answer = await world.step(step)
        if (step.request === undefined) continue
        expect(answer, `step ${index}`).toEqual({ status: step.status, body: step.body })
      }
    })
  }

  test('replayScenario gives the same answers', async () => {
    const scenario = (scenarios as Scenario[])[0]!
    const answers = await replayScenario(file.scenario_world, scenario)
    expect(answers.map((answer) => answer?.status)).toEqual(scenario.steps.map((step) => step.status))
  })

  test('an unknown node or action is a coded error', async () => {
    const world = await createScenarioWorld(file.scenario_world)
    await expect(world.step({ now: 1, action: 'dance' })).rejects.toThrow(
      expect.objectContaining({ code: 'DEVNET_BAD_SCENARIO' }),
    )
    await expect(world.step({ now: 1, node: 'aa', request: { method: 'info', params: {} } })).rejects.toThrow(
      expect.objectContaining({ code: 'DEVNET_BAD_SCENARIO' }),
    )
  })
})

test('retrieve paging of the vectors', () => {
  for (const entry of paging) {
    const page = selectRetrievePage({
      sizes: entry.sizes,
      after: entry.last_hash_index,
      maxCount: entry.max_count,
      maxSize: entry.max_size,
    })
    expect(page).toEqual({ returned: entry.returned, more: entry.more })
  }
})

test('subaccount access of the vectors', () => {
  for (const entry of access) {
    const { method, account_prefix: accountPrefix, token_prefix: tokenPrefix, flags, allowed } = entry
    expect(hasSubaccountAccess({ method, accountPrefix, tokenPrefix, flags }), JSON.stringify(entry)).toBe(allowed)
  }
})
