export * from './stream.ts'
export { openStream, type StreamSettings } from './open-stream.ts'
