// What leads where: the paths of the API to the Functions app, all others to the client's files.

@description('Name of the Front Door profile.')
param profileName string

@description('Name of its endpoint.')
param endpointName string

@description('Name of its custom domain.')
param domainName string

@description('Host name of the Functions app.')
param functionsHost string

@description('Host name of the client\'s files.')
param clientHost string

// tests/infra holds this against the routes that the app has. A pattern ends in `/*` or names one path, and a route takes 25.
var apiRoutes = [
  {
    name: 'api'
    patterns: [
      '/invitations:exchange'
      '/invitations:getPush'
      '/invitations:setPush'
      '/meetings'
      '/meetings/*'
      '/openMeetings/*'
      '/operations/*'
      '/sessions/*'
      '/sessions:join'
      '/sessions:stopWaiting'
      '/tenants/*'
      '/users/*'
      '/whip/*'
      '/whep/*'
    ]
  }
  {
    name: 'api-platform'
    patterns: [
      '/healthz'
      '/readyz'
      '/regions'
      '/.well-known/*'
      '/docs'
      '/openapi.json'
      '/clientSettings'
      '/internal/*'
      '/unsubscribe'
      '/webPushKey'
      '/webhooks'
      '/webhooks/*'
    ]
  }
]

resource profile 'Microsoft.Cdn/profiles@2024-02-01' existing = {
  name: profileName
}

resource endpoint 'Microsoft.Cdn/profiles/afdEndpoints@2024-02-01' existing = {
  parent: profile
  name: endpointName
}

resource host 'Microsoft.Cdn/profiles/customDomains@2024-02-01' existing = {
  parent: profile
  name: domainName
}

resource functions 'Microsoft.Cdn/profiles/originGroups@2024-02-01' = {
  parent: profile
  name: 'functions'
  properties: {
    sessionAffinityState: 'Disabled'
    loadBalancingSettings: {
      sampleSize: 4
      successfulSamplesRequired: 2
    }
    healthProbeSettings: {
      probePath: '/healthz'
      probeRequestType: 'GET'
      probeProtocol: 'Https'
      probeIntervalInSeconds: 30
    }
  }
}

resource functionsOrigin 'Microsoft.Cdn/profiles/originGroups/origins@2024-02-01' = {
  parent: functions
  name: 'app'
  properties: {
    hostName: functionsHost
    originHostHeader: functionsHost
    httpsPort: 443
    priority: 1
    weight: 1000
    enforceCertificateNameCheck: true
  }
}

resource client 'Microsoft.Cdn/profiles/originGroups@2024-02-01' = {
  parent: profile
  name: 'client'
  properties: {
    sessionAffinityState: 'Disabled'
    loadBalancingSettings: {
      sampleSize: 4
      successfulSamplesRequired: 2
    }
  }
}

resource clientOrigin 'Microsoft.Cdn/profiles/originGroups/origins@2024-02-01' = {
  parent: client
  name: 'files'
  properties: {
    hostName: clientHost
    originHostHeader: clientHost
    httpsPort: 443
    priority: 1
    weight: 1000
    enforceCertificateNameCheck: true
  }
}

resource api 'Microsoft.Cdn/profiles/afdEndpoints/routes@2024-02-01' = [for route in apiRoutes: {
  parent: endpoint
  name: route.name
  properties: {
    originGroup: {
      id: functions.id
    }
    customDomains: [
      {
        id: host.id
      }
    ]
    supportedProtocols: [
      'Https'
    ]
    patternsToMatch: route.patterns
    forwardingProtocol: 'HttpsOnly'
    httpsRedirect: 'Disabled'
    linkToDefaultDomain: 'Disabled'
  }
  dependsOn: [
    functionsOrigin
  ]
}]

// `/docs-assets/*`, the files of the API's pages, is among these: it comes with the client.
resource clientRoute 'Microsoft.Cdn/profiles/afdEndpoints/routes@2024-02-01' = {
  parent: endpoint
  name: 'client'
  properties: {
    originGroup: {
      id: client.id
    }
    customDomains: [
      {
        id: host.id
      }
    ]
    supportedProtocols: [
      'Http'
      'Https'
    ]
    patternsToMatch: [
      '/*'
    ]
    forwardingProtocol: 'HttpsOnly'
    httpsRedirect: 'Enabled'
    linkToDefaultDomain: 'Disabled'
    cacheConfiguration: {
      queryStringCachingBehavior: 'IgnoreQueryString'
      compressionSettings: {
        isCompressionEnabled: true
        contentTypesToCompress: [
          'text/html'
          'text/css'
          'text/javascript'
          'application/javascript'
          'application/json'
          'image/svg+xml'
        ]
      }
    }
  }
  dependsOn: [
    clientOrigin
  ]
}

@description('What leads to the Functions app: a list of {name, patterns}.')
output apiRoutes array = apiRoutes
