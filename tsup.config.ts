import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

/** The `./src/…` files that an `exports` or `imports` map names, however deeply its conditions nest. */
const sources = (value: unknown): string[] => {
  if (typeof value === 'string') return value.startsWith('./src/') ? [value] : []
  return value && typeof value === 'object' ? Object.values(value).flatMap(sources) : []
}

export default defineConfig(
  readdirSync('packages').map((name) => {
    const dir = `packages/${name}`
    const pkg = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'))
    // A program starts at main.ts; its committed bin file only imports the built one.
    const programs = existsSync(`${dir}/src/main.ts`) ? ['./src/main.ts'] : []
    return {
      name,
      entry: [...new Set([...sources(pkg.exports), ...sources(pkg.imports), ...programs])].map((f) => `${dir}/${f}`),
      outDir: `${dir}/dist`,
      format: 'esm',
      target: 'es2022',
      platform: 'neutral',
      // Run at the root, tsup would read the root's dependencies only and bundle the packages' own.
      external: [/^[^./]/],
      skipNodeModulesBundle: true,
      sourcemap: true,
      clean: true,
      dts: false,
      silent: true,
    }
  }),
)
