/** As in FEATURES, of which the page's bundle must not carry the rest. */
export const START_ORDER =
  'plainHttp cookie ids device session touches consent optOut respect callForms debug link properties redact navigation formEmail attributes forms downloads outboundLinks engagement'
