/** Prometheus metrics by prom-client. One registry per process, passed in: importing this starts nothing. */
export { AggregatorRegistry, Counter, Gauge, Histogram, Registry, type MetricObject } from 'prom-client'
