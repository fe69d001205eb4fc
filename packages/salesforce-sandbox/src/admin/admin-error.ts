/** An admin call that names something the org does not have. */
export class AdminError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AdminError'
  }
}
