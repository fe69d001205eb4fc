/** A query that cannot be run, as the REST API says it. Thrown inside `soql/`, turned into an answer at its door. */
export class SoqlError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'SoqlError'
    this.code = code
  }
}

export function unexpectedToken(text: string): SoqlError {
  return new SoqlError(
    'MALFORMED_QUERY',
    text === '' ? 'unexpected end of query' : `unexpected token: '${text}'`,
  )
}

export function unsupportedObject(name: string): SoqlError {
  return new SoqlError(
    'INVALID_TYPE',
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  )
}
