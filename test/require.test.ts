import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('..', import.meta.url).pathname

/** Every entry point of every package, as a user names it. */
const entries = readdirSync(`${root}packages`).flatMap((name) => {
  const manifest = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8'))
  return Object.keys(manifest.exports)
    .filter((key) => key !== './package.json')
    .map((key) => `${manifest.name}${key.slice(1)}`)
})

it('every built entry point can be required from CommonJS and shares its classes with import', {
  timeout: 120_000,
}, () => {
  execFileSync(process.execPath, ['node_modules/tsup/dist/cli-default.js'], { cwd: root, stdio: 'ignore' })
  const program = `
    const names = ${JSON.stringify(entries)}
    const required = Object.fromEntries(names.map((name) => [name, require(name)]))
    void (async () => {
      for (const name of names) {
        const imported = await import(name)
        for (const key of Object.keys(imported)) {
          if (imported[key] !== required[name][key]) throw new Error(name + ': ' + key + ' differs between import and require')
        }
      }
      await required['@sessionkit/crypto'].ready
      console.log(names.length)
    })()
  `
  const result = spawnSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8' })
  // The experimental notice of require(esm) is Node's own, for our files outside node_modules; nothing else may be said.
  const said = result.stderr
    .split('\n')
    .filter((line) => line && !/ExperimentalWarning: CommonJS module|--trace-warnings/.test(line))
  expect(said).toEqual([])
  expect(result.stdout.trim()).toBe(String(entries.length))
})
