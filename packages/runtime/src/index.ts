export * from './log.ts'
export * from './metrics.ts'
export * from './run-service.ts'
export * from './serve-metrics.ts'
