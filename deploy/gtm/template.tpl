___TERMS_OF_SERVICE___

By creating or modifying this file you agree to Google Tag Manager's Community
Template Gallery Developer Terms of Service available at
https://developers.google.com/tag-manager/gallery-tos (or such other URL as
Google may provide), as modified from time to time.


___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Leadline",
  "categories": [
    "ANALYTICS",
    "LEAD_GENERATION",
    "CONVERSIONS"
  ],
  "brand": {
    "id": "brand_dummy",
    "displayName": "Leadline"
  },
  "description": "Loads the Leadline tag from your own collector and makes its calls: page, track, identify, group.",
  "containerContexts": [
    "WEB"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "SELECT",
    "name": "call",
    "displayName": "Call",
    "macrosInSelect": false,
    "simpleValueType": true,
    "defaultValue": "page",
    "selectItems": [
      {
        "value": "page",
        "displayValue": "Page"
      },
      {
        "value": "track",
        "displayValue": "Track an event"
      },
      {
        "value": "identify",
        "displayValue": "Identify a visitor"
      },
      {
        "value": "group",
        "displayValue": "Group: the visitor's company"
      },
      {
        "value": "reset",
        "displayValue": "Reset: sign-out"
      },
      {
        "value": "load",
        "displayValue": "Load the tag only"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "host",
    "displayName": "Address of the collector",
    "simpleValueType": true,
    "help": "Without a slash at the end; with the path prefix if there is one. The template's permission Injects scripts must name this address.",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      },
      {
        "type": "REGEX",
        "args": [
          "^https://[^?#]*[^/?#]$"
        ],
        "errorMessage": "An https address without a slash at its end"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "key",
    "displayName": "Write key",
    "simpleValueType": true,
    "help": "The public key of the workspace.",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "event",
    "displayName": "Event",
    "simpleValueType": true,
    "help": "Name of the event, such as Signed Up.",
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      }
    ],
    "enablingConditions": [
      {
        "paramName": "call",
        "paramValue": "track",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "userId",
    "displayName": "User id",
    "simpleValueType": true,
    "help": "Empty for a visitor whose traits are known and no id.",
    "enablingConditions": [
      {
        "paramName": "call",
        "paramValue": "identify",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "groupId",
    "displayName": "Group id",
    "simpleValueType": true,
    "valueValidators": [
      {
        "type": "NON_EMPTY"
      }
    ],
    "enablingConditions": [
      {
        "paramName": "call",
        "paramValue": "group",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "name",
    "displayName": "Name of the page",
    "simpleValueType": true,
    "help": "May be empty.",
    "enablingConditions": [
      {
        "paramName": "call",
        "paramValue": "page",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "SIMPLE_TABLE",
    "name": "fields",
    "displayName": "Properties or traits",
    "help": "Properties of a page or an event, traits of a user or a group.",
    "simpleTableColumns": [
      {
        "defaultValue": "",
        "displayName": "Name",
        "name": "name",
        "type": "TEXT",
        "isUnique": true,
        "valueValidators": [
          {
            "type": "NON_EMPTY"
          }
        ]
      },
      {
        "defaultValue": "",
        "displayName": "Value",
        "name": "value",
        "type": "TEXT"
      }
    ],
    "enablingConditions": [
      {
        "paramName": "call",
        "paramValue": "page",
        "type": "EQUALS"
      },
      {
        "paramName": "call",
        "paramValue": "track",
        "type": "EQUALS"
      },
      {
        "paramName": "call",
        "paramValue": "identify",
        "type": "EQUALS"
      },
      {
        "paramName": "call",
        "paramValue": "group",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "fieldsVariable",
    "displayName": "Properties or traits from a variable",
    "simpleValueType": true,
    "help": "A variable with an object; rows above win.",
    "enablingConditions": [
      {
        "paramName": "call",
        "paramValue": "page",
        "type": "EQUALS"
      },
      {
        "paramName": "call",
        "paramValue": "track",
        "type": "EQUALS"
      },
      {
        "paramName": "call",
        "paramValue": "identify",
        "type": "EQUALS"
      },
      {
        "paramName": "call",
        "paramValue": "group",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "GROUP",
    "name": "tag",
    "displayName": "Settings of the tag",
    "groupStyle": "ZIPPY_CLOSED",
    "subParams": [
      {
        "type": "TEXT",
        "name": "scriptName",
        "displayName": "Name of the script",
        "simpleValueType": true,
        "defaultValue": "leadline.js",
        "help": "As in collector.tag.scriptName."
      },
      {
        "type": "SIMPLE_TABLE",
        "name": "settings",
        "displayName": "Settings",
        "help": "Those of the tag's README, such as consent with pending, or outboundLinks with the domains of your own. The first tag that loads gives them.",
        "simpleTableColumns": [
          {
            "defaultValue": "",
            "displayName": "Name",
            "name": "name",
            "type": "TEXT",
            "isUnique": true,
            "valueValidators": [
              {
                "type": "NON_EMPTY"
              }
            ]
          },
          {
            "defaultValue": "",
            "displayName": "Value",
            "name": "value",
            "type": "TEXT"
          }
        ]
      },
      {
        "type": "CHECKBOX",
        "name": "followConsentMode",
        "checkboxText": "Follow consent mode: calls wait while analytics_storage is not granted",
        "simpleValueType": true,
        "defaultValue": true
      }
    ]
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

const addConsentListener = require('addConsentListener');
const callInWindow = require('callInWindow');
const copyFromWindow = require('copyFromWindow');
const createQueue = require('createQueue');
const getTimestampMillis = require('getTimestampMillis');
const injectScript = require('injectScript');
const isConsentGranted = require('isConsentGranted');
const makeTableMap = require('makeTableMap');
const setInWindow = require('setInWindow');

const toFields = (rows, base) => {
  const fields = {};
  for (let name in base) fields[name] = base[name];
  const given = rows && rows.length ? makeTableMap(rows, 'name', 'value') : {};
  for (let name in given) fields[name] = given[name];
  return fields;
};

// An entry of the list is what the tag's own stub makes: when, and the method with its arguments.
const call = (args) => {
  callInWindow('leadline.q.push', [getTimestampMillis(), args]);
};

// The script finds this global, makes the calls that wait in its list, and takes both over.
if (!copyFromWindow('leadline')) {
  setInWindow('leadline', function() {
    call(arguments);
  });
  createQueue('leadline.q');
}

// The first tag of the page says what the settings are; a stub in the page comes before all of them.
if (!copyFromWindow('leadline.settings')) {
  const settings = toFields(data.settings, { key: data.key, host: data.host });
  if (data.followConsentMode) {
    if (!isConsentGranted('analytics_storage')) settings.consent = 'pending';
    addConsentListener('analytics_storage', (type, isGranted) => {
      call(['consent', isGranted ? 'granted' : 'denied']);
    });
  }
  setInWindow('leadline.settings', settings);
}

const fields = toFields(data.fields, data.fieldsVariable);
if (data.call === 'page') call(['page', undefined, data.name, fields]);
if (data.call === 'track') call(['track', data.event, fields]);
if (data.call === 'identify') call(data.userId ? ['identify', data.userId, fields] : ['identify', fields]);
if (data.call === 'group') call(['group', data.groupId, fields]);
if (data.call === 'reset') call(['reset']);

injectScript(data.host + '/' + (data.scriptName || 'leadline.js'), data.gtmOnSuccess, data.gtmOnFailure, 'leadline');


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "access_globals",
        "versionId": "1"
      },
      "param": [
        {
          "key": "keys",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "leadline"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "leadline.q"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "leadline.q.push"
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              },
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "leadline.settings"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "inject_script",
        "versionId": "1"
      },
      "param": [
        {
          "key": "urls",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "https://collect.example.com/*"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "access_consent",
        "versionId": "1"
      },
      "param": [
        {
          "key": "consentTypes",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "consentType"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "analytics_storage"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: A page call leaves a global with its list and settings, and loads the script
  code: |-
    runCode(given({ call: 'page', name: 'Home', fields: [{ name: 'plan', value: 'pro' }] }));
    assertThat(entries[0][1]).isEqualTo(['page', undefined, 'Home', { plan: 'pro' }]);
    assertThat(globals['leadline.settings']).isEqualTo({ key: 'wk_test', host: 'https://collect.example.com' });
    assertApi('createQueue').wasCalledWith('leadline.q');
    assertThat(loaded).isEqualTo('https://collect.example.com/leadline.js');
    assertApi('gtmOnSuccess').wasCalled();
- name: An event has the fields of the variable and of the rows, and the rows win
  code: |-
    const fields = [{ name: 'plan', value: 'pro' }];
    runCode(given({ call: 'track', event: 'Paid', fields: fields, fieldsVariable: { plan: 'free', seats: 5 } }));
    assertThat(entries[0][1]).isEqualTo(['track', 'Paid', { plan: 'pro', seats: 5 }]);
- name: A visitor with an id
  code: |-
    runCode(given({ call: 'identify', userId: 'u1', fields: [{ name: 'email', value: 'ann@harbor.example' }] }));
    assertThat(entries[0][1]).isEqualTo(['identify', 'u1', { email: 'ann@harbor.example' }]);
- name: A visitor without an id
  code: |-
    runCode(given({ call: 'identify', fieldsVariable: { email: 'ann@harbor.example' } }));
    assertThat(entries[0][1]).isEqualTo(['identify', { email: 'ann@harbor.example' }]);
- name: A group, and the end of a session
  code: |-
    runCode(given({ call: 'group', groupId: 'g1' }));
    runCode(given({ call: 'reset' }));
    assertThat(entries[0][1]).isEqualTo(['group', 'g1', {}]);
    assertThat(entries[1][1]).isEqualTo(['reset']);
- name: Loading alone makes no call, under another name of the script
  code: |-
    runCode(given({ call: 'load', scriptName: 'data.js' }));
    assertThat(entries.length).isEqualTo(0);
    assertThat(loaded).isEqualTo('https://collect.example.com/data.js');
- name: The stub and the settings of the page stay
  code: |-
    globals.leadline = function() {};
    globals['leadline.settings'] = { key: 'wk_page' };
    runCode(given({ call: 'page' }));
    assertApi('setInWindow').wasNotCalled();
    assertApi('createQueue').wasNotCalled();
    assertThat(entries.length).isEqualTo(1);
- name: Settings of the tag are those of the table
  code: |-
    runCode(given({ call: 'page', settings: [{ name: 'outboundLinks', value: 'shop.example' }] }));
    assertThat(globals['leadline.settings'].outboundLinks).isEqualTo('shop.example');
- name: Without consent the tag waits, and hears when it comes
  code: |-
    isGranted = false;
    runCode(given({ call: 'page', followConsentMode: true }));
    assertThat(globals['leadline.settings'].consent).isEqualTo('pending');
    listener('analytics_storage', true);
    assertThat(entries[1][1]).isEqualTo(['consent', 'granted']);
    listener('analytics_storage', false);
    assertThat(entries[2][1]).isEqualTo(['consent', 'denied']);
- name: With consent from the start it does not wait
  code: |-
    runCode(given({ call: 'page', followConsentMode: true }));
    assertThat(globals['leadline.settings'].consent).isUndefined();
- name: A script that does not load is a failure
  code: |-
    mock('injectScript', (url, onSuccess, onFailure) => onFailure());
    runCode(given({ call: 'page' }));
    assertApi('gtmOnFailure').wasCalled();
    assertApi('gtmOnSuccess').wasNotCalled();
setup: |-
  const entries = [];
  const globals = {};
  let isGranted = true;
  let listener;
  let loaded;

  const given = (fields) => {
    const values = { key: 'wk_test', host: 'https://collect.example.com' };
    for (let name in fields) values[name] = fields[name];
    return values;
  };

  mock('copyFromWindow', (key) => globals[key]);
  mock('setInWindow', (key, value) => {
    globals[key] = value;
  });
  mock('callInWindow', (path, entry) => {
    entries.push(entry);
  });
  mock('createQueue', () => () => {});
  mock('isConsentGranted', () => isGranted);
  mock('addConsentListener', (type, heard) => {
    listener = heard;
  });
  mock('injectScript', (url, onSuccess) => {
    loaded = url;
    onSuccess();
  });


___NOTES___

Import this file under Templates in Google Tag Manager, and set the address of the permission Injects scripts.
