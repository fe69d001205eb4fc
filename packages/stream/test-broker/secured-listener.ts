import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A listener of a broker that speaks TLS, asks for a certificate, and for a login by PLAIN or SCRAM. */
export interface SecuredListener {
  /** host:port */
  readonly broker: string
  /** Certificate of the broker, signed by itself. */
  readonly caFile: string
  /** Certificate of a client that the broker knows. */
  readonly certFile: string
  readonly keyFile: string
  readonly properties: string
  readonly formatArgs: readonly string[]
}

interface SecuredOptions {
  readonly username: string
  readonly password: string
  readonly port: number
  readonly directory: string
}

export function secureListener({ username, password, port, directory }: SecuredOptions): SecuredListener {
  mkdirSync(directory, { recursive: true })
  const broker = makeCertificate(directory, 'broker')
  const client = makeCertificate(directory, 'client')
  const keystore = join(directory, 'broker-keystore.pem')
  writeFileSync(keystore, readFileSync(broker.keyFile, 'utf8') + readFileSync(broker.certFile, 'utf8'))
  const own = 'listener.name.s'
  const security = 'org.apache.kafka.common.security'
  return {
    broker: `127.0.0.1:${port}`,
    caFile: broker.certFile,
    ...client,
    properties: `${own}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
${own}.plain.sasl.jaas.config=${security}.plain.PlainLoginModule required user_${username}="${password}";
${own}.scram-sha-256.sasl.jaas.config=${security}.scram.ScramLoginModule required;
${own}.scram-sha-512.sasl.jaas.config=${security}.scram.ScramLoginModule required;
${own}.ssl.client.auth=required
${own}.ssl.keystore.type=PEM
${own}.ssl.keystore.location=${keystore}
${own}.ssl.truststore.type=PEM
${own}.ssl.truststore.location=${client.certFile}
`,
    formatArgs: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name="${username}",password="${password}"]`,
    ]),
  }
}

/** Signed by itself, for the loopback address. Debian has openssl beside the certificates of all authorities. */
function makeCertificate(directory: string, name: string): { certFile: string; keyFile: string } {
  const [certFile, keyFile] = [join(directory, `${name}.pem`), join(directory, `${name}-key.pem`)]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile]
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = spawnSync('openssl', ['req', '-x509', ...key, ...subject, '-days', '2', '-out', certFile], {
    encoding: 'utf8',
  })
  if (made.status !== 0) throw new Error(`openssl made no certificate: ${made.stderr || String(made.error)}`)
  return { certFile, keyFile }
}
