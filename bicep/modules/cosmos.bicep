// Cosmos DB: the containers of function_app/stores/containers.py, with the keys that function_app/bootstrap.py gives them.

@description('Azure region of the writes.')
param location string

@description('A second region that takes over when the first fails; empty for none.')
param failoverLocation string

@description('Name of the account: unique in Azure.')
param name string

@description('Tags of every resource.')
param tags object

@description('How throughput is paid: `serverless` (one region, no guarantee) or `autoscale`.')
@allowed([
  'serverless'
  'autoscale'
])
param mode string

@description('Most request units a second of the container of meetings, where the mode is autoscale.')
param meetingsMaxThroughput int

@description('Whether regions spread over availability zones.')
param zoneRedundant bool

@description('Name of the database; the setting PARLEY_COSMOS_DATABASE.')
param databaseName string

@description('Resource id of the Log Analytics workspace that gets the control plane\'s log.')
param logsId string

var isServerless = mode == 'serverless'
var alone = [
  {
    locationName: location
    failoverPriority: 0
    isZoneRedundant: zoneRedundant
  }
]
var withFailover = [
  {
    locationName: location
    failoverPriority: 0
    isZoneRedundant: zoneRedundant
  }
  {
    locationName: failoverLocation
    failoverPriority: 1
    isZoneRedundant: zoneRedundant
  }
]

// Documents live for ever unless they say otherwise.
var timeToLivePerDocument = -1

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: isServerless || empty(failoverLocation) ? alone : withFailover
    capabilities: isServerless ? [{ name: 'EnableServerless' }] : []
    consistencyPolicy: {
      // The code reads what it wrote by passing the session token of its own client.
      defaultConsistencyLevel: 'Session'
    }
    enableAutomaticFailover: !isServerless
    enableMultipleWriteLocations: false
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: 'Disabled'
    networkAclBypass: 'None'
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: {
        tier: 'Continuous30Days'
      }
    }
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: databaseName
  properties: {
    resource: {
      id: databaseName
    }
  }
}

// What has a tenant and a meeting: the meeting itself, sessions, participants, chat, and the events about them.
resource meetings 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = {
  parent: database
  name: 'meetings'
  properties: {
    resource: {
      id: 'meetings'
      partitionKey: {
        kind: 'MultiHash'
        version: 2
        paths: [
          '/tenantId'
          '/meetingId'
        ]
      }
      defaultTtl: timeToLivePerDocument
      indexingPolicy: loadJsonContent('../cosmos/indexing.json')
    }
    options: isServerless ? {} : { autoscaleSettings: { maxThroughput: meetingsMaxThroughput } }
  }
}

resource tenants 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = {
  parent: database
  name: 'tenants'
  properties: {
    resource: {
      id: 'tenants'
      partitionKey: {
        kind: 'Hash'
        version: 2
        paths: [
          '/tenantId'
        ]
      }
      defaultTtl: timeToLivePerDocument
      indexingPolicy: loadJsonContent('../cosmos/indexing.json')
    }
    options: isServerless ? {} : { autoscaleSettings: { maxThroughput: 1000 } }
  }
}

// What is to be delivered to webhooks, and what was: gone by itself after a while.
resource webhooks 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = {
  parent: database
  name: 'webhooks'
  properties: {
    resource: {
      id: 'webhooks'
      partitionKey: {
        kind: 'MultiHash'
        version: 2
        paths: [
          '/tenantId'
          '/webhookKey'
        ]
      }
      defaultTtl: timeToLivePerDocument
      indexingPolicy: loadJsonContent('../cosmos/indexing.json')
    }
    options: isServerless ? {} : { autoscaleSettings: { maxThroughput: 1000 } }
  }
}

// How far each function has read the change feed. Written by the Functions host.
resource leases 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = {
  parent: database
  name: 'leases'
  properties: {
    resource: {
      id: 'leases'
      partitionKey: {
        kind: 'Hash'
        version: 2
        paths: [
          '/id'
        ]
      }
    }
    options: isServerless ? {} : { autoscaleSettings: { maxThroughput: 1000 } }
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'audit'
  properties: {
    workspaceId: logsId
    logs: [
      {
        category: 'ControlPlaneRequests'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the account.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

@description('Where it is asked; the setting PARLEY_COSMOS_ENDPOINT.')
output endpoint string = account.properties.documentEndpoint
