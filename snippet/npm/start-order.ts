/** As in FEATURES, of which the page's bundle must not carry the rest. */
export const START_ORDER =
  'plainHttp device session touches debug link consent optOut respect properties redact navigation formEmail attributes forms downloads outboundLinks engagement'
