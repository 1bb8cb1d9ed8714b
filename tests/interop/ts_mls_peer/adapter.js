// What stands between the commands and ts-mls: parts of RFC 9420 that it lacks or does otherwise, put right where that can be done.

import { makePskIndex, processPrivateMessage, processPublicMessage } from "ts-mls"
import { getOwnLeafNode } from "ts-mls/clientState.js"
import { signLeafNodeCommit } from "ts-mls/leafNode.js"
import { decryptSenderData } from "ts-mls/privateMessage.js"
import { updateLeafKey } from "ts-mls/privateKeyPath.js"

import { toB64 } from "./convert.js"

/** External pre-shared keys by their id, both base64. */
export const psks = {}

// Deviation of ts-mls: it writes and reads `external_pub` without the length prefix of RFC 9420 §12.4.3. The prefix is put on
// while a group info is made, and taken off while one is used; its signature covers the prefix and is not touched.
export function externalPubSuite(suite) {
  const { hpke } = suite
  const prefix = (length) =>
    length < 64 ? Uint8Array.of(length) : Uint8Array.of(0x40 | (length >> 8), length & 0xff)
  return {
    ...suite,
    hpke: {
      ...hpke,
      exportPublicKey: async (key) => {
        const bare = await hpke.exportPublicKey(key)
        return Uint8Array.from([...prefix(bare.length), ...bare])
      },
    },
  }
}

export function withBareExternalPub(suite, groupInfo) {
  const external = groupInfo.extensions.find((one) => one.extensionType === "external_pub")
  if (external === undefined) return suite
  const carried = external.extensionData
  const skip = carried[0] < 64 ? 1 : 2
  const importPublicKey = (key) => suite.hpke.importPublicKey(key === carried ? key.slice(skip) : key)
  return { ...suite, hpke: { ...suite.hpke, importPublicKey } }
}

export const pskIndex = (state) => makePskIndex(state, psks)

// ts-mls has no way to propose an update; its parts do. The new key is kept until a commit takes the update.
export async function updateProposal(group) {
  const { suite, state } = group
  const leaf = getOwnLeafNode(state)
  const { publicKey, privateKey } = await suite.hpke.generateKeyPair()
  const tbs = {
    leafNodeSource: "update",
    hpkePublicKey: await suite.hpke.exportPublicKey(publicKey),
    signaturePublicKey: leaf.signaturePublicKey,
    credential: leaf.credential,
    capabilities: leaf.capabilities,
    extensions: leaf.extensions,
    groupId: state.groupContext.groupId,
    leafIndex: state.privatePath.leafIndex,
  }
  const leafNode = await signLeafNodeCommit(tbs, state.signaturePrivateKey, suite.signature)
  group.updates.set(toB64(tbs.hpkePublicKey), await suite.hpke.exportPrivateKey(privateKey))
  return { proposalType: "update", update: { leafNode } }
}

// Deviation of ts-mls: `processMessage` forgets external keys for a PrivateMessage. So the two it stands on are called.
export function processWith(group, state, message, callback) {
  const { suite } = group
  return message.wireformat === "mls_private_message"
    ? processPrivateMessage(state, message.privateMessage, pskIndex(state), suite, callback)
    : processPublicMessage(state, message.publicMessage, pskIndex(state), suite, callback)
}

export async function senderOf(group, message) {
  if (message.wireformat === "mls_public_message") return message.publicMessage.content.sender.leafIndex ?? null
  const secret = group.state.keySchedule.senderDataSecret
  const senderData = await decryptSenderData(message.privateMessage, secret, group.suite)
  return senderData?.leafIndex ?? null
}

export async function withOwnUpdate(group, message) {
  if (group.updates.size === 0) return group.state
  let found
  await processWith(group, group.state, message, (incoming) => {
    if (incoming.kind === "commit") {
      const own = incoming.proposals.find(
        ({ proposal, senderLeafIndex }) =>
          proposal.proposalType === "update" && senderLeafIndex === group.state.privatePath.leafIndex,
      )
      found = own && group.updates.get(toB64(own.proposal.update.leafNode.hpkePublicKey))
    }
    return "reject"
  })
  if (found === undefined) return group.state
  return { ...group.state, privatePath: updateLeafKey(group.state.privatePath, found) }
}
