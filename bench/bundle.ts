import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

interface Bundled {
  readonly backend: string
  readonly ready: Promise<void>
}

/** The `operations` of a file of this folder with a crypto backend, chosen by an export condition or an import. */
export async function loadOperations<T extends Bundled>(
  file: string,
  backend: 'node' | 'portable' | 'native',
): Promise<T> {
  const folder = mkdtempSync(join(import.meta.dirname, '.bundle-'))
  try {
    const outfile = join(folder, `${backend}.mjs`)
    await build({
      stdin: {
        contents: `${backend === 'native' ? "import '@sessionkit/crypto/native'\n" : ''}export * from './${file}'`,
        resolveDir: import.meta.dirname,
      },
      outfile,
      bundle: true,
      format: 'esm',
      // `neutral` sets no condition by itself; `node:` imports of libsodium's loader stay external.
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['@sessionkit/source', 'import', ...(backend === 'portable' ? [] : ['node'])],
      external: ['node:*', 'crypto', 'fs', 'path', 'url', 'module', 'sodium-native'],
      logLevel: 'error',
    })
    const { operations } = (await import(pathToFileURL(outfile).href)) as { operations: T }
    if (operations.backend !== backend) throw new Error(`expected the ${backend} backend, got ${operations.backend}`)
    await operations.ready
    return operations
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
