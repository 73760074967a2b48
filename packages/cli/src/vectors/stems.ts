/** Every file of known answers that exists, with its title: by these a copy under another name is recognised. */
const titles: ReadonlyMap<string, string> = new Map([
  ['attachments', 'attachments: deterministic'],
  ['closed-group-updates', 'Closed groups: signed updates'],
  ['closed-groups', 'Closed groups: messages'],
  ['config-multipart', 'Config messages in parts'],
  ['envelope', 'Envelope: padding'],
  ['identity', 'Identity and recovery phrase'],
  ['libsession-blinding', '15/25 blinded ids'],
  ['libsession-config-contacts', 'Contacts config'],
  ['libsession-config-convo-info-volatile', 'ConvoInfoVolatile config'],
  ['libsession-config-user-groups', 'UserGroups config'],
  ['libsession-config-user-profile', 'UserProfile config'],
  ['libsession-crypto', 'hash, key conversion'],
  ['libsession-groups', 'groups: keys'],
  ['libsession-onion', 'onion requests'],
  ['libsession-session-protocol', 'Session Protocol v1'],
  ['libsession-xed25519', 'XEd25519'],
  ['open-groups', 'Communities: request signatures'],
  ['onion', 'Onion: v4'],
  ['protocol-v2', 'Session Protocol V2'],
  ['push', 'Push: requests, signatures'],
  ['slip39', 'SLIP-39 shares'],
  ['storage', 'Storage server RPC'],
])

const stems: readonly string[] = [...titles.keys()]

/**
 * The known stem that a file belongs to: the longest one that its name begins with, or that its name ends with after a
 * dot (`hidden.storage.json`); else by its title. Null when nothing recognises it.
 */
export function stemOf(file: string, title: unknown): string | null {
  const name = file.replace(/^.*[\\/]/, '').replace(/\.json$/i, '')
  const byName = longest(stems.filter((stem) => name.startsWith(stem)))
  if (byName !== undefined) return byName
  const byEnd = longest(stems.filter((stem) => name.endsWith(`.${stem}`)))
  if (byEnd !== undefined) return byEnd
  if (typeof title !== 'string') return null
  const byTitle = stems.find((stem) => title === stem || title.startsWith(titles.get(stem)!))
  return byTitle ?? null
}

const longest = (names: readonly string[]): string | undefined => [...names].sort((a, b) => b.length - a.length)[0]
