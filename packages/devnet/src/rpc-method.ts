/** The method of a request for a record; nothing else of it is kept. */
export function methodOf(body: Uint8Array): string | null {
  try {
    const { method } = JSON.parse(Buffer.from(body).toString('utf8')) as { method?: unknown }
    return typeof method === 'string' ? method.slice(0, 64) : null
  } catch {
    return null
  }
}
