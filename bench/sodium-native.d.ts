/** The functions of sodium-native that the bench uses; the package ships no types. */
declare module 'sodium-native' {
  const sodium: {
    randombytes_buf(out: Buffer): void
    crypto_scalarmult_base(out: Buffer, secret: Buffer): void
    crypto_scalarmult(out: Buffer, secret: Buffer, point: Buffer): void
    crypto_generichash(out: Buffer, input: Buffer): void
    crypto_aead_xchacha20poly1305_ietf_encrypt(
      out: Buffer,
      message: Buffer,
      ad: null,
      nsec: null,
      nonce: Buffer,
      key: Buffer,
    ): number
    crypto_aead_xchacha20poly1305_ietf_decrypt(
      out: Buffer,
      nsec: null,
      ciphertext: Buffer,
      ad: null,
      nonce: Buffer,
      key: Buffer,
    ): number
    crypto_sign_seed_keypair(publicKey: Buffer, secretKey: Buffer, seed: Buffer): void
    crypto_sign_ed25519_sk_to_curve25519(out: Buffer, secretKey: Buffer): void
    crypto_sign_ed25519_pk_to_curve25519(out: Buffer, publicKey: Buffer): void
    crypto_sign_detached(out: Buffer, message: Buffer, secretKey: Buffer): void
    crypto_sign_verify_detached(signature: Buffer, message: Buffer, publicKey: Buffer): boolean
    crypto_box_seal(out: Buffer, message: Buffer, publicKey: Buffer): void
    crypto_box_seal_open(out: Buffer, box: Buffer, publicKey: Buffer, secretKey: Buffer): boolean
  }
  export default sodium
}
