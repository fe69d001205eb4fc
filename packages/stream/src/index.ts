export * from './stream.ts'
export { openStream } from './open-stream.ts'
