import { createHash, X509Certificate } from 'node:crypto'
import selfsigned from 'selfsigned'

/** A self-signed P-256 certificate with its key, as PEM. */
export interface Certificate {
  readonly certificate: string
  readonly privateKey: string
  /** SHA-256 of the certificate's DER as lower-case hex: what a client pins. */
  readonly sha256: string
}

export async function createCertificate(ip: string): Promise<Certificate> {
  const pems = await selfsigned.generate([{ name: 'commonName', value: ip }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip }] }],
  })
  const sha256 = createHash('sha256').update(new X509Certificate(pems.cert).raw).digest('hex')
  return { certificate: pems.cert, privateKey: pems.private, sha256 }
}
