#!/usr/bin/env node
import { processIo } from './io.ts'
import { run } from './run.ts'

// No top-level await: the program can be required as well as imported.
void run(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code
})
