/** Server configuration of the embedded engine, as ClickHouse's XML. Settings of a query cannot express these. */
export function buildEngineConfig(options: { readonly maxMemoryBytes: number }): string {
  return `<clickhouse>
  <max_server_memory_usage>${options.maxMemoryBytes}</max_server_memory_usage>
  <mark_cache_size>134217728</mark_cache_size>
  <timezone>UTC</timezone>
  <merge_tree>
    <fsync_after_insert>1</fsync_after_insert>
    <fsync_part_directory>1</fsync_part_directory>
  </merge_tree>
</clickhouse>
`
}
