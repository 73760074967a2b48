import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** The table of docs/architecture.md: what a package may depend on. `layers 0–2` is spelt out. */
const layer01 = ['bytes', 'crypto']
const layer2 = [
  'session-id',
  'mnemonic',
  'envelope',
  'onion',
  'swarm',
  'attachments',
  'config',
  'closed-groups',
  'open-groups',
  'names',
  'push',
]
const allowed: Record<string, readonly string[]> = {
  bytes: [],
  crypto: ['bytes'],
  'session-id': layer01,
  mnemonic: ['bytes'],
  envelope: [...layer01, 'session-id'],
  onion: layer01,
  swarm: [...layer01, 'session-id'],
  attachments: layer01,
  config: [...layer01, 'session-id'],
  'closed-groups': [...layer01, 'session-id', 'config', 'envelope'],
  'open-groups': [...layer01, 'session-id', 'envelope'],
  names: [...layer01, 'session-id'],
  push: [...layer01, 'session-id'],
  network: [...layer01, ...layer2],
  store: layer01,
  client: [...layer01, ...layer2, 'network', 'store'],
  devnet: [...layer01, ...layer2],
  cli: [...layer01, ...layer2, 'network', 'store', 'client', 'devnet'],
  gateway: [...layer01, 'onion', 'network'],
}

/** Libraries that only `crypto` (and what the table of docs/architecture.md names) may import. */
const cryptoOnly = /^(@noble\/(curves|ciphers|post-quantum)|libsodium|sodium-native|tweetnacl|curve25519)/

const root = new URL('../packages/', import.meta.url).pathname
const packages = readdirSync(root).filter((name) => existsSync(join(root, name, 'package.json')))

const importPattern = /(?:from\s+|import\s*\(\s*|import\s+)['"]([^'"]+)['"]/g

function importsOf(folder: string): { file: string; specifier: string }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...stripComments(readFileSync(join(folder, file), 'utf8')).matchAll(importPattern)].map((m) => ({
        file,
        specifier: m[1]!,
      })),
    )
}

const stripComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

describe.each(packages)('%s', (name) => {
  const manifest = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8'))
  const dependencies = Object.keys(manifest.dependencies ?? {})
  const sources = importsOf(join(root, name, 'src'))

  it('has a row in the table', () => {
    expect(Object.keys(allowed)).toContain(name)
  })

  it('depends only downwards', () => {
    const siblings = dependencies.filter((d) => d.startsWith('@sessionkit/')).map((d) => d.slice('@sessionkit/'.length))
    expect(siblings.filter((s) => !allowed[name]!.includes(s))).toEqual([])
  })

  it('imports only what it declares, and no sibling that the table does not name', () => {
    const wrong = sources.filter(({ specifier }) => {
      if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier.startsWith('#')) return false
      const parts = specifier.split('/')
      const target = specifier.startsWith('@') ? `${parts[0]}/${parts[1]}` : parts[0]!
      if (target.startsWith('@sessionkit/') && !allowed[name]!.includes(parts[1]!)) return true
      return !dependencies.includes(target)
    })
    expect(wrong).toEqual([])
  })

  it('reaches into no other package by a relative path', () => {
    expect(sources.filter(({ specifier }) => /^(\.\.\/)+packages\/|^(\.\.\/){3,}/.test(specifier))).toEqual([])
  })

  if (name === 'crypto') return

  it('imports no crypto library', () => {
    const hashes = name === 'mnemonic' ? [] : sources.filter(({ specifier }) => specifier.startsWith('@noble/hashes'))
    const nodeCrypto = sources.filter(({ specifier }) => /^(node:)?crypto$/.test(specifier))
    expect([...sources.filter(({ specifier }) => cryptoOnly.test(specifier)), ...hashes, ...nodeCrypto]).toEqual([])
  })

  // Layers 0 to 2 run in browsers; only crypto's Node backend may name a built-in there.
  if (name !== 'bytes' && !layer2.includes(name)) return

  it('uses no Node built-in', () => {
    expect(sources.filter(({ specifier }) => specifier.startsWith('node:'))).toEqual([])
  })
})
