export { CliError, type CliErrorCode } from './error.ts'
export { type Io, processIo } from './io.ts'
export { run } from './run.ts'
export { type FileReport, type OperationReport, runVectors } from './vectors/runner.ts'
