#!/usr/bin/env node
import './node-version.mjs'

const { main } = await import('../src/main.ts')
await main(process.argv.slice(2))
