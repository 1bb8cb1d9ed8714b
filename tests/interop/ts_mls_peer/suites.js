// The cipher suites this peer speaks: those of RFC 9420 as ts-mls has them, and the X-Wing ones built from its parts.

import { createHash } from "node:crypto"

import { CipherSuite } from "@hpke/core"
import { XWing } from "@hpke/hybridkem-x-wing"
import { ed25519 } from "@noble/curves/ed25519.js"
import { ed448 } from "@noble/curves/ed448.js"
import { p256, p384, p521 } from "@noble/curves/nist.js"
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js"
import { getCiphersuiteFromName, getCiphersuiteImpl } from "ts-mls"
import { ciphersuites, getCiphersuiteNameFromId } from "ts-mls/crypto/ciphersuite.js"
import { makeAead } from "ts-mls/crypto/implementation/default/makeAead.js"
import { makeHashImpl } from "ts-mls/crypto/implementation/default/makeHashImpl.js"
import { makeKdf, makeKdfImpl } from "ts-mls/crypto/implementation/default/makeKdfImpl.js"
import { defaultRng } from "ts-mls/crypto/implementation/default/rng.js"
import { makeGenericHpke } from "ts-mls/crypto/implementation/hpke.js"

const X_WING = 0x647a

function edwards(curve) {
  return {
    sign: async (key, message) => curve.sign(message, key),
    verify: async (key, message, signature) => curve.verify(signature, message, key),
    keygen: () => curve.utils.randomSecretKey(),
    publicKey: (key) => curve.getPublicKey(key),
  }
}

// Deviation of ts-mls: its keygen gives compressed points, RFC 9420 §5.1.1 wants them uncompressed. So keys are made here.
function ecdsa(curve) {
  const form = { prehash: true, format: "der", lowS: false }
  return {
    sign: async (key, message) => curve.sign(message, key, form),
    verify: async (key, message, signature) => curve.verify(signature, message, key, form),
    keygen: () => curve.utils.randomSecretKey(),
    publicKey: (key) => curve.getPublicKey(key, false),
  }
}

// The private key is the seed, as the draft has it; the package signs with the expanded key.
const ML_DSA_44 = {
  sign: async (seed, message) => ml_dsa44.sign(message, ml_dsa44.keygen(seed).secretKey),
  verify: async (key, message, signature) => ml_dsa44.verify(signature, message, key),
  keygen: () => crypto.getRandomValues(new Uint8Array(32)),
  publicKey: (seed) => ml_dsa44.keygen(seed).publicKey,
}

const ED25519 = edwards(ed25519)
const SIGNATURES = { 1: ED25519, 2: ecdsa(p256), 3: ED25519, 4: edwards(ed448), 5: ecdsa(p521), 6: edwards(ed448), 7: ecdsa(p384) }

function u16(value) {
  return Uint8Array.of(value >> 8, value & 0xff)
}

// Deviation of the HPKE package: its X-Wing hashes the keying material bare. DeriveKeyPair of the draft (HPKE with post-quantum
// KEMs) is labelled. The difference shows first in a commit with a path, since random keys need no DeriveKeyPair.
export class LabelledXWing extends XWing {
  async deriveKeyPair(ikm) {
    const label = new TextEncoder().encode("DeriveKeyPair")
    const seed = createHash("shake256", { outputLength: 32 })
      .update(new Uint8Array(ikm))
      .update("HPKE-v1KEM")
      .update(u16(X_WING))
      .update(u16(label.length))
      .update(label)
      .update(u16(32))
      .digest()
    return this.generateKeyPairDerand(Uint8Array.from(seed))
  }
}

async function xWingSuite(id, { hash, kdf, aead, signature }) {
  const [aeadImpl, hpkeAead] = await makeAead(aead)
  const suite = new CipherSuite({ kem: new LabelledXWing(), kdf: makeKdf(kdf), aead: hpkeAead })
  return {
    kdf: makeKdfImpl(makeKdf(kdf)),
    hash: makeHashImpl(crypto.subtle, hash),
    signature,
    hpke: await makeGenericHpke({ kem: "X-Wing" }, aeadImpl, suite),
    rng: defaultRng,
    // ts-mls knows suites by name, and has names of its own for the numbers that the draft's suites use here.
    name: getCiphersuiteNameFromId(id),
  }
}

async function rfcSuite(id) {
  const impl = await getCiphersuiteImpl(getCiphersuiteFromName(getCiphersuiteNameFromId(id)))
  return { ...impl, signature: SIGNATURES[id] }
}

const X_WING_SUITES = {
  0x004f: { hash: "SHA-256", kdf: "HKDF-SHA256", aead: "AES128GCM", signature: ED25519 },
  0x004e: { hash: "SHA-384", kdf: "HKDF-SHA384", aead: "AES256GCM", signature: ED25519 },
  0x0052: { hash: "SHA-384", kdf: "HKDF-SHA384", aead: "CHACHA20POLY1305", signature: ML_DSA_44 },
}

const MAKERS = new Map([
  ...[1, 2, 3, 4, 5, 6, 7].map((id) => [id, () => rfcSuite(id)]),
  ...Object.entries(X_WING_SUITES).map(([id, parts]) => [Number(id), () => xWingSuite(Number(id), parts)]),
])

export const SUITE_IDS = [...MAKERS.keys()]

const made = new Map()

/** The suite of that id, undefined if there is none. */
export async function suiteOf(id) {
  if (!made.has(id) && MAKERS.has(id)) made.set(id, await MAKERS.get(id)())
  return made.get(id)
}

export function suiteId(name) {
  return ciphersuites[name] ?? Number(name)
}

export function suiteName(id) {
  return getCiphersuiteNameFromId(id) ?? String(id)
}
