import { beforeAll, describe, expect, it } from 'vitest'
import { createPool, createSwarms } from '../src/index.ts'
import { pretendNodes, seededRandom } from './pretend-nodes.ts'

const account = `05${'5a'.repeat(32)}`
const setUp = () => {
  const random = seededRandom(2)
  const pool = createPool({ random })
  pool.replace(pretendNodes(12))
  return { pool, swarms: createSwarms({ pool, random }) }
}
const ids = (nodes: readonly { readonly id: string }[]) => nodes.map(({ id }) => id).sort()
let listed: string[]

beforeAll(() => {
  listed = ids(setUp().swarms.listed(account))
})

describe('swarms', () => {
  it('have the members that the mapping says', () => {
    const { swarms, pool } = setUp()
    expect(listed).toHaveLength(4)
    expect(new Set(listed.map((id) => pool.get(id)?.swarmId)).size).toBe(1)
    expect(ids(swarms.members(account))).toEqual(listed)
  })

  it('put members with strikes last, and struck-out ones aside while there are others', () => {
    const { swarms, pool } = setUp()
    const [bad = '', out = ''] = listed
    pool.strike(bad)
    pool.drop(out)
    for (let i = 0; i < 10; i++) {
      expect(swarms.members(account).at(-1)?.id).toBe(bad)
      expect(ids(swarms.members(account))).not.toContain(out)
    }
    for (const id of listed) pool.drop(id)
    expect(ids(swarms.members(account))).toEqual(listed)
    expect(ids(swarms.listed(account))).toEqual(listed)
  })

  it('follow a redirect to known nodes until the next list', () => {
    const { swarms, pool } = setUp()
    const others = ids(pool.all().filter(({ id }) => !listed.includes(id))).slice(0, 3)
    expect(swarms.redirect(account, ['ff'.repeat(32)])).toBe(false)
    expect(swarms.redirect(account, [])).toBe(false)
    expect(swarms.redirect(account, [...others, ...others, 'ff'.repeat(32)])).toBe(true)
    expect(ids(swarms.listed(account))).toEqual(others)
    pool.replace(pool.all())
    expect(ids(swarms.listed(account))).toEqual(listed)
  })

  it('lose members one by one, and start again when none is left', () => {
    const { swarms } = setUp()
    for (const [i, id] of listed.entries()) {
      swarms.drop(account, id)
      expect(swarms.listed(account)).toHaveLength(listed.length - i - 1)
    }
    expect(ids(swarms.members(account))).toEqual(listed)
  })

  it('do not exist where no node is in one', () => {
    const { swarms, pool } = setUp()
    pool.replace(pretendNodes(5).map((node) => ({ ...node, swarmId: undefined })))
    expect(() => swarms.members(account)).toThrow(expect.objectContaining({ code: 'NETWORK_NO_SWARM' }))
  })
})
