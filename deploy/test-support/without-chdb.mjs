// Loaded with --import: a machine for which chDB has no build.
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'chdb') return next(specifier, context)
    throw new Error('Cannot find module @chdb/lib-plan9-mips')
  },
})
