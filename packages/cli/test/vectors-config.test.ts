import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runVectors } from '../src/vectors/runner.ts'
import { zstd } from '../src/vectors/zstd.ts'

const stems = ['user-profile', 'contacts', 'convo-info-volatile', 'user-groups']

describe.each(stems)('libsession-config-%s.json', (name) => {
  const file = `libsession-config-${name}.json`
  it('replays every entry of every operation', async () => {
    const content = JSON.parse(readFileSync(new URL(`../../../vectors/${file}`, import.meta.url), 'utf8'))
    const report = await runVectors(file, content)
    const problems = report.operations.flatMap(({ name, failures, reasons }) => [
      ...failures.map(({ index, detail }) => `${name}[${index}] ${detail}`),
      ...reasons,
    ])
    expect(problems).toEqual([])
    for (const { name, passed } of report.operations) expect(passed).toBe(content.operations[name].length)
  })
})

it('the compressor reproduces the bytes of the reference, so that compressed entries are compared whole', async () => {
  expect((await zstd()).exact).toBe(true)
})
