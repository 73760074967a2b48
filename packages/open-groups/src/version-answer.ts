import { z } from 'zod'
import { type CommunityAnswer, readAnswer } from './answer.ts'
import { OpenGroupError } from './error.ts'
import { seconds, text } from './schema.ts'

/** Most files of one release that are looked at. */
const MAX_ASSETS = 1000

export interface ReleaseAsset {
  readonly name: string
  /** As the server wrote it: nothing vouches for it. */
  readonly url: string
}

/** A release that the file server knows. Nothing of it is signed: it is a reason to look, never to install. */
export interface Release {
  /** Such as `1.2.3`. */
  readonly version: string
  /** When the server learned of it, Unix seconds with a fraction. */
  readonly updated: number
  readonly name: string | undefined
  readonly notes: string | undefined
  readonly assets: readonly ReleaseAsset[]
}

export interface LatestVersion extends Release {
  readonly prerelease: Release | undefined
}

const fields = {
  result: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  updated: seconds,
  name: text(1024).nullish(),
  notes: text(1_048_576).nullish(),
  assets: z
    .array(z.object({ name: text(1024), url: text(8192) }))
    .max(MAX_ASSETS)
    .nullish(),
}
type Fields = z.output<z.ZodObject<typeof fields>>

const releaseOf = (value: Fields): Release => ({
  version: value.result,
  updated: value.updated,
  name: value.name ?? undefined,
  notes: value.notes ?? undefined,
  assets: value.assets ?? [],
})

const release = z.object(fields)
const latest = release.extend({ prerelease: release.nullish() })
const failure = z.object({ status_code: z.int().min(100).max(599) })

/**
 * `GET /session_version`, what `buildVersionCheck` asks. Throws the codes of `checkStatus`, also for a failure that only
 * the body's `status_code` tells, and `OPEN_GROUP_BAD_ANSWER`. Protocol page 07, section 8.5.
 */
export function parseLatestVersion(answer: CommunityAnswer): LatestVersion {
  const value = readAnswer(answer, z.unknown())
  const { status_code: status = 200 } = failure.safeParse(value).data ?? {}
  if (status < 200 || status > 299) {
    throw new OpenGroupError('OPEN_GROUP_STATUS', `the server answered ${status}`, { status })
  }
  const { prerelease, ...own } = readAnswer({ code: 200, body: value }, latest)
  return { ...releaseOf(own), prerelease: prerelease ? releaseOf(prerelease) : undefined }
}
