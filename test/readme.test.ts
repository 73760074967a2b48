import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, expect, it, vi } from 'vitest'

const root = new URL('..', import.meta.url).pathname
const scratch = new URL('./.readme/', import.meta.url).pathname

const readmes = ['README.md', ...readdirSync(`${root}packages`).map((name) => `packages/${name}/README.md`)]

/** The TypeScript fences of every README: each is a program that runs to its end by itself. */
const programs = readmes.flatMap((file) =>
  [...readFileSync(root + file, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match, index) => ({
    name: `${file} example ${index + 1}`,
    text: match[1]!,
  })),
)

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

it('every package has a README with an example', () => {
  for (const file of readmes)
    expect(
      programs.some((p) => p.name.startsWith(`${file} `)),
      file,
    ).toBe(true)
})

it.each(programs.map((p, i) => ({ ...p, i })))('$name runs', { timeout: 30_000 }, async ({ text, i }) => {
  mkdirSync(scratch, { recursive: true })
  const file = `${scratch}example-${i}.ts`
  writeFileSync(file, text)
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...args) => void lines.push(args.map(String).join(' ')))
  try {
    await import(/* @vite-ignore */ file)
  } finally {
    log.mockRestore()
  }
  // Every example prints something; where a fence states one whole line's output as a comment, it is that.
  expect(lines.length).toBeGreaterThan(0)
  const stated = [...text.matchAll(/console\.log\(.*\) \/\/ (true|false|[A-Z_]{6,}|\d+)$/gm)].map((m) => m[1]!)
  for (const value of stated) expect(lines).toContain(value)
})
