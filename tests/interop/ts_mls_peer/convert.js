// Between the line-JSON protocol and the objects of ts-mls: base64, credentials, extensions, proposals, whole messages.

import { decodeMlsMessage, encodeMlsMessage } from "ts-mls"
import { defaultExtensionTypes } from "ts-mls/defaultExtensionType.js"

import { suiteId, suiteName } from "./suites.js"

/** A request that cannot be done as it was given. */
export class Refusal extends Error {
  constructor(kind, message) {
    super(message)
    this.kind = kind
  }
}

export const toB64 = (data) => Buffer.from(data).toString("base64")

export function fromB64(name, text) {
  if (typeof text !== "string") throw new Refusal("field", `${name}: expected base64`)
  const data = Uint8Array.from(Buffer.from(text, "base64"))
  if (toB64(data) !== text) throw new Refusal("field", `${name} is not base64`)
  return data
}

export const optionalB64 = (name, text) => (text == null ? new Uint8Array() : fromB64(name, text))

export function decodeWhole(decoder, bytes, what) {
  const result = decoder(bytes, 0)
  if (result === undefined || result[1] !== bytes.length) throw new Refusal("malformed", `expected an encoded ${what}`)
  return result[0]
}

/** The MLSMessage in a field, which must be of one of these wire formats. */
export function messageIn(request, name, ...formats) {
  const message = decodeWhole(decodeMlsMessage, fromB64(name, request[name]), "MLSMessage")
  if (!formats.includes(message.wireformat)) throw new Refusal("content-type", `${name} is a ${message.wireformat}`)
  return message
}

export const encodeMessage = (body) => toB64(encodeMlsMessage({ version: "mls10", ...body }))

export function credentialFrom(request) {
  const given = request.credential
  if (given == null) return { credentialType: "basic", identity: new TextEncoder().encode(request.name) }
  if (given.type === "basic") return { credentialType: "basic", identity: fromB64("identity", given.identity) }
  if (given.type !== "x509") throw new Refusal("field", "a credential is of type basic or x509")
  return { credentialType: "x509", certificates: given.certificates.map((one) => fromB64("certificates", one)) }
}

export function credentialTo(credential) {
  if (credential.credentialType === "basic") return { type: "basic", identity: toB64(credential.identity) }
  return { type: "x509", certificates: credential.certificates.map(toB64) }
}

const EXTENSION_NAMES = Object.fromEntries(Object.entries(defaultExtensionTypes).map(([name, number]) => [number, name]))

export function extensionsFrom(given) {
  return (given ?? []).map(({ type, data }) => ({
    extensionType: EXTENSION_NAMES[type] ?? type,
    extensionData: fromB64("data", data),
  }))
}

export function extensionsTo(extensions) {
  return extensions.map(({ extensionType, extensionData }) => ({
    type: defaultExtensionTypes[extensionType] ?? extensionType,
    data: toB64(extensionData),
  }))
}

const PROPOSAL_NAMES = { group_context_extensions: "gce" }

function pskFrom(given, group) {
  const { groupContext } = group.state
  const pskNonce = group.suite.rng.randomBytes(group.suite.kdf.size)
  if (given.resumption == null) return { psktype: "external", pskId: fromB64("psk_id", given.psk_id), pskNonce }
  const { group_id: groupId, epoch } = given.resumption
  const pskGroupId = groupId == null ? groupContext.groupId : fromB64("group_id", groupId)
  return { psktype: "resumption", usage: "application", pskGroupId, pskEpoch: BigInt(epoch), pskNonce }
}

/** A proposal by value; an update is made by the group, not here. */
export function proposalFrom(given, group) {
  switch (given.type) {
    case "add":
      return { proposalType: "add", add: { keyPackage: messageIn(given, "key_package", "mls_key_package").keyPackage } }
    case "remove":
      return { proposalType: "remove", remove: { removed: given.index } }
    case "psk":
      return { proposalType: "psk", psk: { preSharedKeyId: pskFrom(given, group) } }
    case "gce": {
      const extensions = extensionsFrom(given.extensions)
      return { proposalType: "group_context_extensions", groupContextExtensions: { extensions } }
    }
    case "reinit": {
      const groupId = fromB64("group_id", given.group_id)
      const cipherSuite = suiteName(given.suite)
      const extensions = extensionsFrom(given.extensions)
      return { proposalType: "reinit", reinit: { groupId, version: "mls10", cipherSuite, extensions } }
    }
    default:
      throw new Refusal("field", "a proposal is add, remove, psk, gce or reinit")
  }
}

export function proposalTo({ proposal, senderLeafIndex }) {
  const type = proposal.proposalType
  const shown = { type: PROPOSAL_NAMES[type] ?? type, sender: senderLeafIndex ?? null }
  if (type === "add") shown.signature_key = toB64(proposal.add.keyPackage.leafNode.signaturePublicKey)
  if (type === "remove") shown.index = proposal.remove.removed
  if (type === "psk" && proposal.psk.preSharedKeyId.psktype === "external")
    shown.psk_id = toB64(proposal.psk.preSharedKeyId.pskId)
  if (type === "group_context_extensions") shown.extensions = extensionsTo(proposal.groupContextExtensions.extensions)
  if (type === "reinit") {
    shown.group_id = toB64(proposal.reinit.groupId)
    shown.suite = suiteId(proposal.reinit.cipherSuite)
  }
  return shown
}
