/** Prometheus metrics by prom-client. One registry per process, passed in: importing this starts nothing. */
export { Counter, Gauge, Histogram, Registry } from 'prom-client'
