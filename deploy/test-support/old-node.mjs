// Loaded with --import: a Node of an older line, by what it says of itself.
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
