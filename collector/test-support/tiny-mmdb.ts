/**
 * Writes an MMDB file (MaxMind DB format 2.0) that knows one IPv4 network, so that tests need no database.
 * A tree of one node for each bit of the network; the data section holds one record.
 */
export function buildMmdb(network: string, bits: number, record: object): Buffer {
  const nodeCount = bits
  const address = network.split('.').map(Number)
  const tree = Buffer.alloc(nodeCount * 6)
  for (let depth = 0; depth < bits; depth += 1) {
    const bit = ((address[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1
    // A record above the node count points into the data section, past the 16 bytes between.
    const onward = depth === bits - 1 ? nodeCount + 16 : depth + 1
    tree.writeUIntBE(bit === 0 ? onward : nodeCount, depth * 6, 3)
    tree.writeUIntBE(bit === 1 ? onward : nodeCount, depth * 6 + 3, 3)
  }
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: 'Tests',
    description: { en: 'tests' },
    ip_version: 4,
    languages: ['en'],
    node_count: nodeCount,
    record_size: 24,
  }
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    encode(record),
    Buffer.from([0xab, 0xcd, 0xef]),
    Buffer.from('MaxMind.com'),
    encode(metadata),
  ])
}

const TYPE = { string: 2, uint32: 6, map: 7, list: 11 } as const

function encode(value: unknown): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([control(TYPE.string, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([control(TYPE.uint32, 4), bytes])
  }
  if (Array.isArray(value)) return Buffer.concat([control(TYPE.list, value.length), ...value.map(encode)])
  const members = Object.entries(Object(value))
  return Buffer.concat([
    control(TYPE.map, members.length),
    ...members.flatMap(([key, item]) => [encode(key), encode(item)]),
  ])
}

/** Types above 7 stand in a byte of their own; sizes here stay below 285. */
function control(type: number, size: number): Buffer {
  const first = (type <= 7 ? type << 5 : 0) | Math.min(size, 29)
  return Buffer.from([first, ...(type > 7 ? [type - 7] : []), ...(size >= 29 ? [size - 29] : [])])
}
