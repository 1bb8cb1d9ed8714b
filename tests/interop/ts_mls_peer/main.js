// ts-mls as a peer: one JSON request a line on stdin, one answer a line on stdout, until `quit`. See ../mls_peer.py.

import { createInterface } from "node:readline"

import { commands } from "./peer.js"

async function answer(line) {
  let id = null
  try {
    const request = JSON.parse(line)
    id = request.id ?? null
    if (!Object.hasOwn(commands, request.cmd)) throw Object.assign(new Error("no such command"), { kind: "command" })
    return { id, ok: true, ...(await commands[request.cmd](request)) }
  } catch (error) {
    return { id, ok: false, error: error.message, kind: error.kind ?? error.name }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answered = await answer(line)
  process.stdout.write(JSON.stringify(answered) + "\n")
  if (answered.ok && JSON.parse(line).cmd === "quit") break
}
process.stdin.destroy()
