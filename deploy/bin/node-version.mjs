// Plain JavaScript on purpose: an old Node must get this line, not a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(
    `leadline needs Node 24 or newer; this is ${major}.${minor}. \`npm ci\` brings it (package "node"): run \`npm ci\` without --ignore-scripts, then start through \`npm run\`.`,
  )
  process.exit(1)
}
