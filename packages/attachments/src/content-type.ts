const BY_EXTENSION: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  heic: 'image/heic',
  heif: 'image/heif',
  avif: 'image/avif',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  ogg: 'audio/ogg',
  wav: 'audio/wav',
  pdf: 'application/pdf',
  txt: 'text/plain',
  zip: 'application/zip',
}

const INLINE =
  /^(image\/(jpeg|png|gif|webp|avif|heic|heif|tiff|bmp)|video\/[a-z0-9.+-]+|audio\/[a-z0-9.+-]+|text\/plain)$/

/** The type that a sender claims, else the one of the file's extension, else `application/octet-stream`. */
export function contentTypeOf(pointer: {
  readonly contentType?: string | null | undefined
  readonly fileName?: string | null | undefined
}): string {
  const claimed = (pointer.contentType ?? '').replace(/;.*$/s, '').trim().toLowerCase()
  if (/^[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,64}$/.test(claimed)) return claimed
  const extension = /\.([a-z0-9]{1,8})$/i.exec(pointer.fileName ?? '')?.[1]?.toLowerCase() ?? ''
  return (Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined) ?? 'application/octet-stream'
}

/** Whether content of this type may be shown in place: never HTML, SVG or what a machine executes. */
export function isInlineSafe(contentType: string): boolean {
  return typeof contentType === 'string' && INLINE.test(contentType.split(';')[0]!.trim().toLowerCase())
}
