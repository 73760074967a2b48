import { hexToBytes } from '@sessionkit/bytes'

/** A file server as URLs and onion requests name it. */
export interface FileServer {
  /** Scheme, host and port, without a slash at the end. */
  readonly base: string
  /** 32 bytes, what `p=` carries. */
  readonly ed25519: Uint8Array
}

/** A file server with the key that the onion layer needs. */
export interface KnownFileServer extends FileServer {
  /** 32 bytes. */
  readonly x25519: Uint8Array
}

const server = (base: string, ed25519: string, x25519: string): KnownFileServer => ({
  base,
  get ed25519() {
    return hexToBytes(ed25519)
  },
  get x25519() {
    return hexToBytes(x25519)
  },
})

/** The file server of the main network: the only one whose URLs need no key. */
export const DEFAULT_FILE_SERVER: KnownFileServer = server(
  'http://filev2.getsession.org',
  'b8eef9821445ae16e2e97ef8aa6fe782fd11ad5253cd6723b281341dba22e371',
  '09324794aa9c11948189762d198c618148e9136ac9582068180661208927ef34',
)

/** The file server that clients use for tests. */
export const TEST_FILE_SERVER: KnownFileServer = server(
  'http://potatofiles.getsession.org',
  'ff86dcd4b26d1bfec944c59859494248626d6428efc12168749d65a1b92f5e28',
  'fc097b06821c98a2db75ce02e521cef5fd9d3446e42e81d843c4c8c4e9260f48',
)

/** The file server of the test network. */
export const TESTNET_FILE_SERVER: KnownFileServer = server(
  'http://superduperfiles.oxen.io',
  '929e33ded05e653fec04b49645117f51851f102a947e04806791be416ed76602',
  '16d6c60aebb0851de7e6f4dc0a4734671dbf80f73664c008596511454cb6576d',
)
