// The commands of the ts-mls peer. Its states never change in place: a command that throws has changed nothing.
// Where ts-mls departs from RFC 9420 is in adapter.js and suites.js.

import {
  createApplicationMessage,
  createCommit,
  createGroup,
  createGroupInfoWithExternalPubAndRatchetTree,
  createProposal,
  generateKeyPackageWithKey,
  joinGroup,
  joinGroupExternal,
  mlsExporter,
  proposeAddExternal,
} from "ts-mls"
import { makeKeyPackageRef } from "ts-mls/keyPackage.js"
import { decodeRatchetTree, encodeRatchetTree } from "ts-mls/ratchetTree.js"

import {
  externalPubSuite,
  processWith,
  pskIndex,
  psks,
  senderOf,
  updateProposal,
  withBareExternalPub,
  withOwnUpdate,
} from "./adapter.js"
import {
  credentialFrom,
  credentialTo,
  decodeWhole,
  encodeMessage,
  extensionsFrom,
  fromB64,
  messageIn,
  optionalB64,
  proposalFrom,
  proposalTo,
  Refusal,
  toB64,
} from "./convert.js"
import { SUITE_IDS, suiteId, suiteOf } from "./suites.js"

const HOUR = 3600n
const TWELVE_WEEKS = 84n * 86400n

// GREASE is fixed here, where ts-mls throws dice: a test should fail each time or never.
const CAPABILITIES = {
  versions: ["mls10"],
  ciphersuites: [...SUITE_IDS.map(String), String(0x0a0a)],
  extensions: [0x1a1a, 0x000a],
  proposals: [0x2a2a],
  credentials: ["basic", "x509"],
}

const identities = new Map()
const groups = new Map()

function pick(map, request, name) {
  const handle = request[name] ?? [...map.keys()].at(-1)
  const found = map.get(handle)
  if (found === undefined) throw new Refusal("handle", `there is no ${name} of that name`)
  return [handle, found]
}

function enter(group) {
  const handle = `g${groups.size + 1}`
  groups.set(handle, group)
  return view(handle, group)
}

function view(handle, { state }) {
  const members = []
  for (const [node, one] of state.ratchetTree.entries()) {
    if (one?.nodeType !== "leaf") continue
    const { credential, signaturePublicKey } = one.leaf
    members.push({ index: node / 2, credential: credentialTo(credential), signature_key: toB64(signaturePublicKey) })
  }
  return {
    group: handle,
    group_id: toB64(state.groupContext.groupId),
    epoch: Number(state.groupContext.epoch),
    suite: suiteId(state.groupContext.cipherSuite),
    active: state.groupActiveState.kind === "active",
    own_index: state.privatePath.leafIndex,
    members,
  }
}

async function offer(identity, lifetime, lastResort) {
  const extensions = lastResort ? [{ extensionType: 0x000a, extensionData: new Uint8Array() }] : []
  const { credential, keys, suite } = identity
  return generateKeyPackageWithKey(credential, CAPABILITIES, lifetime, extensions, keys, suite)
}

function lifetimeOf(request) {
  const now = BigInt(Math.floor(Date.now() / 1000))
  const seconds = request.lifetime == null ? TWELVE_WEEKS : BigInt(request.lifetime)
  return { notBefore: now - HOUR, notAfter: now + seconds }
}

async function commit(request, extraProposals) {
  const [handle, group] = pick(groups, request, "group")
  if (group.pending !== undefined) throw new Refusal("usage", "a commit is pending; apply or clear it first")
  const { suite, state } = group
  const made = await createCommit(
    { state, pskIndex: pskIndex(state), cipherSuite: suite },
    {
      wireAsPublicMessage: request.public === true,
      extraProposals,
      ratchetTreeExtension: true,
      authenticatedData: optionalB64("aad", request.aad),
    },
  )
  if (request.pending === true) group.pending = made.newState
  else group.state = made.newState
  return {
    commit: encodeMessage(made.commit),
    welcome: made.welcome === undefined ? null : encodeMessage({ wireformat: "mls_welcome", welcome: made.welcome }),
    ...view(handle, group),
  }
}

// The calls of ts-mls for this leave the ratchet tree out of the Welcome; their parts do not.
async function foundAfter(old, identity, groupId, extensions, usage, keyPackages) {
  const { suite } = identity
  const { publicPackage, privatePackage } = await offer(identity, lifetimeOf({}), false)
  const state = await createGroup(groupId, publicPackage, privatePackage, extensions, suite)
  const { groupId: pskGroupId, epoch: pskEpoch } = old.state.groupContext
  const pskNonce = suite.rng.randomBytes(suite.kdf.size)
  const link = { psktype: "resumption", usage, pskGroupId, pskEpoch, pskNonce }
  const adds = keyPackages.map((one) => proposalFrom({ type: "add", key_package: one }))
  const made = await createCommit(
    { state, pskIndex: pskIndex(old.state), cipherSuite: suite },
    { extraProposals: [...adds, { proposalType: "psk", psk: { preSharedKeyId: link } }], ratchetTreeExtension: true },
  )
  const group = { identity, suite, state: made.newState, updates: new Map() }
  return { welcome: encodeMessage({ wireformat: "mls_welcome", welcome: made.welcome }), ...enter(group) }
}

async function processMessage(request) {
  const [handle, group] = pick(groups, request, "group")
  const message = messageIn(request, "message", "mls_private_message", "mls_public_message")
  const reject = request.reject === true
  const body = message.privateMessage ?? message.publicMessage.content
  if (Buffer.compare(body.groupId, group.state.groupContext.groupId) !== 0)
    throw new Refusal("group", "the message is for another group")
  const sender = await senderOf(group, message)
  let seen
  const state = body.contentType === "commit" ? await withOwnUpdate(group, message) : group.state
  const done = await processWith(group, state, message, (incoming) => {
    seen = incoming
    return reject ? "reject" : "accept"
  })
  if (!reject) {
    if (done.newState.groupContext.epoch !== group.state.groupContext.epoch) {
      group.pending = undefined
      group.updates.clear()
    }
    group.state = done.newState
  }
  const answer = { sender, aad: toB64(body.authenticatedData), rejected: reject, ...view(handle, group) }
  if (done.kind === "applicationMessage") return { type: "application", data: toB64(done.message), ...answer }
  const proposals = (seen.kind === "commit" ? seen.proposals : [seen.proposal]).map(proposalTo)
  return { type: seen.kind, proposals, ...answer }
}

export const commands = {
  hello: async () => ({ commands: Object.keys(commands), suites: SUITE_IDS }),

  new_identity: async (request) => {
    const suite = await suiteOf(request.suite)
    if (suite === undefined) throw new Refusal("unsupported", "this peer does not speak that suite")
    const credential = credentialFrom(request)
    const signKey = request.signing_key == null ? suite.signature.keygen() : fromB64("signing_key", request.signing_key)
    const keys = { signKey, publicKey: suite.signature.publicKey(signKey) }
    const handle = `i${identities.size + 1}`
    identities.set(handle, { suite, credential, keys, offers: new Map() })
    return { identity: handle, signature_key: toB64(keys.publicKey), signing_key: toB64(signKey) }
  },

  key_package: async (request) => {
    const [, identity] = pick(identities, request, "identity")
    const lastResort = request.last_resort === true
    const made = await offer(identity, lifetimeOf(request), lastResort)
    const ref = toB64(await makeKeyPackageRef(made.publicPackage, identity.suite.hash))
    identity.offers.set(ref, { ...made, lastResort })
    return { key_package: encodeMessage({ wireformat: "mls_key_package", keyPackage: made.publicPackage }), ref }
  },

  create_group: async (request) => {
    const [, identity] = pick(identities, request, "identity")
    const { suite } = identity
    const groupId = request.group_id == null ? suite.rng.randomBytes(16) : fromB64("group_id", request.group_id)
    const { publicPackage, privatePackage } = await offer(identity, lifetimeOf({}), false)
    const extensions = extensionsFrom(request.extensions)
    const state = await createGroup(groupId, publicPackage, privatePackage, extensions, suite)
    return enter({ identity, suite, state, updates: new Map() })
  },

  add: async (request) => {
    const list = [...(request.key_package == null ? [] : [request.key_package]), ...(request.key_packages ?? [])]
    const [, group] = pick(groups, request, "group")
    return commit(request, list.map((one) => proposalFrom({ type: "add", key_package: one }, group)))
  },

  remove: async (request) => commit(request, [{ proposalType: "remove", remove: { removed: request.index } }]),

  update: async (request) => commit(request, []),

  commit: async (request) => {
    const [, group] = pick(groups, request, "group")
    return commit(request, (request.proposals ?? []).map((one) => proposalFrom(one, group)))
  },

  apply_pending: async (request) => {
    const [handle, group] = pick(groups, request, "group")
    if (group.pending === undefined) throw new Refusal("usage", "no commit is pending")
    group.state = group.pending
    group.pending = undefined
    return view(handle, group)
  },

  clear_pending: async (request) => {
    const [handle, group] = pick(groups, request, "group")
    if (group.pending === undefined) throw new Refusal("usage", "no commit is pending")
    group.pending = undefined
    return view(handle, group)
  },

  propose: async (request) => {
    const [handle, group] = pick(groups, request, "group")
    const given = request.proposal
    const proposal = given.type === "update" ? await updateProposal(group) : proposalFrom(given, group)
    const aad = optionalB64("aad", request.aad)
    const made = await createProposal(group.state, request.public === true, proposal, group.suite, aad)
    group.state = made.newState
    return { message: encodeMessage(made.message), ...view(handle, group) }
  },

  join: async (request) => {
    const [, identity] = pick(identities, request, "identity")
    // ts-mls wants to be told which group a new one follows; `follows` is that group's handle.
    const old = request.follows == null ? undefined : pick(groups, request, "follows")[1].state
    const { welcome } = messageIn(request, "welcome", "mls_welcome")
    const ref = welcome.secrets.map((one) => toB64(one.newMember)).find((one) => identity.offers.has(one))
    if (ref === undefined) throw new Refusal("welcome", "the welcome is for no key package of this identity")
    const { publicPackage, privatePackage, lastResort } = identity.offers.get(ref)
    const tree =
      request.ratchet_tree == null
        ? undefined
        : decodeWhole(decodeRatchetTree, fromB64("ratchet_tree", request.ratchet_tree), "ratchet tree")
    const { suite } = identity
    const state = await joinGroup(welcome, publicPackage, privatePackage, pskIndex(old), suite, tree, old)
    if (!lastResort) identity.offers.delete(ref)
    return enter({ identity, suite, state, updates: new Map() })
  },

  external_join: async (request) => {
    const [, identity] = pick(identities, request, "identity")
    const { groupInfo } = messageIn(request, "group_info", "mls_group_info")
    const { publicPackage, privatePackage } = await offer(identity, lifetimeOf({}), false)
    const suite = withBareExternalPub(identity.suite, groupInfo)
    const resync = request.resync === true
    const made = await joinGroupExternal(groupInfo, publicPackage, privatePackage, resync, suite)
    const message = encodeMessage({ wireformat: "mls_public_message", publicMessage: made.publicMessage })
    const { newState: state } = made
    return { commit: message, ...enter({ identity, suite: identity.suite, state, updates: new Map() }) }
  },

  propose_join: async (request) => {
    const [, identity] = pick(identities, request, "identity")
    const { groupInfo } = messageIn(request, "group_info", "mls_group_info")
    const made = await offer(identity, lifetimeOf(request), false)
    const message = await proposeAddExternal(groupInfo, made.publicPackage, made.privatePackage, identity.suite)
    const ref = toB64(await makeKeyPackageRef(made.publicPackage, identity.suite.hash))
    identity.offers.set(ref, { ...made, lastResort: false })
    return { message: encodeMessage(message), ref }
  },

  successor: async (request) => {
    const [, old] = pick(groups, request, "group")
    const [, identity] = pick(identities, request, "identity")
    const { kind, reinit } = old.state.groupActiveState
    if (kind !== "suspendedPendingReinit") throw new Refusal("usage", "no ReInit closed the group")
    return foundAfter(old, identity, reinit.groupId, reinit.extensions, "reinit", request.key_packages)
  },

  branch: async (request) => {
    const [, old] = pick(groups, request, "group")
    const groupId = fromB64("group_id", request.group_id)
    return foundAfter(old, old.identity, groupId, [], "branch", request.key_packages)
  },

  group_info: async (request) => {
    const [handle, group] = pick(groups, request, "group")
    const { state } = group
    const groupInfo = await createGroupInfoWithExternalPubAndRatchetTree(state, [], externalPubSuite(group.suite))
    return {
      group_info: encodeMessage({ wireformat: "mls_group_info", groupInfo }),
      ratchet_tree: toB64(encodeRatchetTree(state.ratchetTree)),
      ...view(handle, group),
    }
  },

  send: async (request) => {
    const [handle, group] = pick(groups, request, "group")
    const data = fromB64("data", request.data)
    const made = await createApplicationMessage(group.state, data, group.suite, optionalB64("aad", request.aad))
    group.state = made.newState
    const message = encodeMessage({ wireformat: "mls_private_message", privateMessage: made.privateMessage })
    return { message, ...view(handle, group) }
  },

  process: processMessage,

  exporter: async (request) => {
    const [handle, group] = pick(groups, request, "group")
    const { exporterSecret } = group.state.keySchedule
    const context = optionalB64("context", request.context)
    const secret = await mlsExporter(exporterSecret, request.label, context, request.length, group.suite)
    return { secret: toB64(secret), ...view(handle, group) }
  },

  state: async (request) => {
    const [handle, group] = pick(groups, request, "group")
    const { groupContext, keySchedule } = group.state
    return {
      epoch_authenticator: toB64(keySchedule.epochAuthenticator),
      tree_hash: toB64(groupContext.treeHash),
      confirmed_transcript_hash: toB64(groupContext.confirmedTranscriptHash),
      ...view(handle, group),
    }
  },

  psk: async (request) => {
    fromB64("psk_id", request.psk_id)
    psks[request.psk_id] = fromB64("psk", request.psk)
    return {}
  },

  quit: async () => ({}),
}
