/**
 * Lints every built package as it would be published: publint (strict) and are-the-types-wrong (esm-only), through
 * their APIs in one process, over the tarballs that `pnpm pack` makes. Prints one line a package, exits 1 on a finding.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const folder = mkdtempSync(join(tmpdir(), 'sessionkit-pack-'))
let failed = false
try {
  const npm = process.env.npm_execpath
  if (!npm) throw new Error('run me through pnpm: pnpm check')
  execFileSync(process.execPath, [npm, '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder], {
    stdio: 'ignore',
  })
  for (const file of readdirSync(folder).sort()) {
    const tarball = readFileSync(join(folder, file))
    const data = new Uint8Array(tarball).buffer
    const lint = await publint({ strict: true, pack: { tarball: data } })
    const findings = lint.messages.map((m) => `publint: ${formatMessage(m, lint.pkg, { color: false })}`)
    const types = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
    if (!types.types) findings.push('attw: the package has no types')
    else {
      // The packages are ESM only: Node 20.19+ can require() them, the older resolutions are out of scope.
      const relevant = types.problems.filter(
        (p) => !('resolutionKind' in p) || p.resolutionKind === 'node16-esm' || p.resolutionKind === 'bundler',
      )
      findings.push(...relevant.map((p) => `attw: ${p.kind} ${JSON.stringify(p)}`))
    }
    console.log(`${findings.length === 0 ? 'ok  ' : 'FAIL'} ${file}`)
    for (const finding of findings) console.log(`     ${finding}`)
    failed ||= findings.length > 0
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)
