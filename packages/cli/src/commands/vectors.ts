import { open } from 'node:fs/promises'
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { CliError, EXIT_FAILURE } from '../error.ts'
import { MAX_INPUT_BYTES } from '../io.ts'
import { progressBar } from '../progress.ts'
import { printable, type Style, styleOf } from '../style.ts'
import type { FileReport, OperationReport } from '../vectors/runner.ts'

interface Options {
  readonly strict?: true
  readonly json?: true
}

/** Failures that are shown an operation; `--json` has them all. */
const SHOWN_FAILURES = 5

export function addVectors(program: Command, context: CommandContext): void {
  program
    .command('vectors')
    .description('Replays known-answer files through the packages’ public functions.')
    .argument('<file...>', 'JSON files of the form that vectors/README.md describes')
    .option('--strict', 'exit 1 when an operation or a file is not supported, too')
    .option('--json', 'one JSON line an operation, then one with the total')
    .addHelpText(
      'after',
      '\nExample:\n  sessionkit vectors --strict libsession-onion.json\n\nThe name before .json selects what is run; the name of a copy may go on after it\n(libsession-onion.mine.json).\n\nExit codes: 0 nothing failed, 1 something failed (with --strict: or is not supported), 2 a file is missing.',
    )
    .action(async (files: string[], options: Options) => {
      if (!(await runFiles(files, options, context))) context.exitCode = EXIT_FAILURE
    })
}

/** Whether everything was as it should be. */
async function runFiles(files: readonly string[], options: Options, { io }: CommandContext): Promise<boolean> {
  const { runVectors } = await import('../vectors/runner.ts')
  const style = styleOf(io)
  // All files are read first: a missing one is told before minutes of work.
  const contents = await Promise.all(files.map(readJson))
  const total = { passed: 0, failed: 0, unsupported: 0 }
  let unsupportedOperations = 0
  const json = (line: object): void => io.out(`${JSON.stringify(line)}\n`)
  const bar = progressBar(io)
  for (const [i, file] of files.entries()) {
    if (!options.json && files.length > 1) io.out(`${style.dim(`# ${printable(file)}`)}\n`)
    const report: FileReport = await runVectors(file, contents[i], {
      onProgress: (done, of, operation) => bar.update(done / of, operation),
      onOperation: (operation) => {
        bar.clear()
        total.passed += operation.passed
        total.failed += operation.failed
        total.unsupported += operation.unsupported
        if (operation.reasons.length > 0) unsupportedOperations++
        if (options.json) json({ type: 'operation', file, ...operation })
        else io.out(operationText(operation, style))
      },
    })
    bar.clear()
    if (report.refused !== null) {
      unsupportedOperations++
      if (options.json) json({ type: 'file', file, stem: report.stem, unsupported: report.refused })
      else io.out(`${printable(file)}: ${style.yellow('unsupported')}, ${printable(report.refused)}\n`)
    }
  }
  if (options.json) json({ type: 'total', ...total, unsupportedOperations })
  else {
    if (unsupportedOperations > 0) {
      const operations = `${unsupportedOperations} operation${unsupportedOperations === 1 ? '' : 's'}`
      io.out(`${total.unsupported} unsupported, in ${operations}\n`)
    }
    io.out(`${total.passed} passed, ${total.failed} failed\n`)
  }
  return total.failed === 0 && !(options.strict && unsupportedOperations > 0)
}

function operationText(operation: OperationReport, style: Style): string {
  const { name, passed, failed, unsupported, failures, reasons, frames } = operation
  const mark = failed > 0 ? style.red : unsupported > 0 ? style.yellow : style.green
  const lines = [mark(`${printable(name)}: ${passed} passed, ${failed} failed, ${unsupported} unsupported`)]
  if (frames.exact + frames.byContent > 0) {
    const counts = `${frames.exact} compared byte for byte, ${frames.byContent} by their plaintext alone`
    lines.push(style.dim(`  zstd frames: ${counts}`))
  }
  for (const { index, detail } of failures.slice(0, SHOWN_FAILURES))
    lines.push(`  entry ${index}: ${printable(detail)}`)
  if (failures.length > SHOWN_FAILURES) lines.push(`  and ${failures.length - SHOWN_FAILURES} more (--json shows all)`)
  for (const reason of reasons.slice(0, SHOWN_FAILURES)) lines.push(style.dim(`  unsupported: ${printable(reason)}`))
  return `${lines.join('\n')}\n`
}

async function readJson(file: string): Promise<unknown> {
  let text: string
  try {
    const handle = await open(file)
    try {
      if ((await handle.stat()).size > MAX_INPUT_BYTES) {
        throw new CliError('CLI_BAD_FILE', `${file}: larger than ${MAX_INPUT_BYTES} bytes`)
      }
      text = await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    const hint = 'Give the path of a JSON file of known answers; vectors/README.md describes their form.'
    throw new CliError('CLI_NO_FILE', `${file}: cannot be read`, { hint, cause })
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (cause) {
    throw new CliError('CLI_BAD_FILE', `${file}: not JSON`, { cause })
  }
}
