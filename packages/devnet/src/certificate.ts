import { base64ToBytes, bytesToHex } from '@sessionkit/bytes'
import { sha256 } from '@sessionkit/crypto'
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
  const der = base64ToBytes(pems.cert.replace(/-----[^-]+-----|\s/g, ''))
  return { certificate: pems.cert, privateKey: pems.private, sha256: bytesToHex(sha256(der)) }
}
