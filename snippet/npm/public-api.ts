/** What `@leadline/browser` promises; becomes its `index.d.ts`, so it imports nothing. */

export type Fields = Readonly<Record<string, unknown>>

/** What became of an event. Promises settle with it and never reject. */
export interface Delivered {
  readonly delivered: boolean
  /** Why not: the collector's code, or `no_browser` on a server. */
  readonly reason?: string | undefined
}

/** May follow the fields of every event call; ids here are for this event alone. */
export interface CallOptions {
  readonly context?: Fields
  readonly integrations?: Fields
  readonly timestamp?: Date | string
  readonly messageId?: string
  readonly anonymousId?: string
  readonly userId?: string
  readonly groupId?: string
}

export interface User {
  readonly anonymousId?: string | undefined
  readonly userId?: string | undefined
  readonly groupId?: string | undefined
  readonly traits: Fields
}

/** A part of the tag that is in the bundle when it is named. What it gets is the tag's own affair. */
export type BrowserFeature = (setting: unknown) => void

/** `features` by their names, `{ forms, downloads }`; any other key is the setting of the feature of that name. */
export interface LoadOptions {
  /** Public write key. */
  readonly key: string
  /** Address of the collector with its path prefix, without a trailing slash. */
  readonly host: string
  readonly features?: Readonly<Record<string, BrowserFeature>>
  readonly [setting: string]: unknown
}

/** Puts the tag to work, once. Calls from before wait for it. Nothing happens on a server. */
export declare function load(options: LoadOptions): void

export declare function track(event: string, properties?: Fields, options?: CallOptions): Promise<Delivered>
export declare function page(name?: string, properties?: Fields, options?: CallOptions): Promise<Delivered>
export declare function identify(userId: string, traits?: Fields, options?: CallOptions): Promise<Delivered>
/** Traits of a visitor who has no user id yet. */
export declare function identify(traits: Fields, options?: CallOptions): Promise<Delivered>
export declare function group(groupId: string, traits?: Fields, options?: CallOptions): Promise<Delivered>
export declare function alias(userId: string, previousId?: string, options?: CallOptions): Promise<Delivered>

/** Sign-out: forgets the user, new anonymous id. */
export declare function reset(): Promise<void>
export declare function flush(): Promise<void>
/** Settles when the tag is at work. */
export declare function ready(): Promise<void>
/** Needs the feature `ids`. */
export declare function setAnonymousId(id: string): Promise<void>
/** Needs the feature `consent`. */
export declare function setConsent(state: 'granted' | 'pending' | 'denied'): Promise<void>
/** Needs the features `consent` and `optOut`. */
export declare function setOptOut(isOut: boolean): Promise<void>
/** Undefined before the tag is at work, on a server, and without consent. */
export declare function user(): User | undefined

export declare const attributes: BrowserFeature
export declare const callForms: BrowserFeature
export declare const consent: BrowserFeature
export declare const cookie: BrowserFeature
export declare const debug: BrowserFeature
export declare const device: BrowserFeature
export declare const downloads: BrowserFeature
export declare const engagement: BrowserFeature
export declare const formEmail: BrowserFeature
export declare const forms: BrowserFeature
export declare const ids: BrowserFeature
export declare const link: BrowserFeature
export declare const navigation: BrowserFeature
export declare const optOut: BrowserFeature
export declare const outboundLinks: BrowserFeature
export declare const plainHttp: BrowserFeature
export declare const properties: BrowserFeature
export declare const redact: BrowserFeature
export declare const respect: BrowserFeature
export declare const session: BrowserFeature
export declare const touches: BrowserFeature

/** Those of the script that the collector serves. */
export declare const defaultFeatures: Readonly<Record<string, BrowserFeature>>
