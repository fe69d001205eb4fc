export { loadSettings, parseSettings, ConfigError } from './load-settings.ts'
