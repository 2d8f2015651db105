// Event Hubs: the jobs of media workers, which KEDA counts.

@description('Azure region.')
param location string

@description('Name of the namespace: unique in Azure.')
param name string

@description('Tags of every resource.')
param tags object

@description('Standard or Premium; Basic has no consumer groups.')
@allowed([
  'Standard'
  'Premium'
])
param sku string

@description('How many workers can read at a time.')
param partitions int

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
    capacity: 1
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Disabled'
    zoneRedundant: true
  }
}

resource jobs 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: namespace
  name: 'media-jobs'
  properties: {
    partitionCount: partitions
    retentionDescription: {
      cleanupPolicy: 'Delete'
      retentionTimeInHours: 168
    }
  }
}

resource workers 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  parent: jobs
  name: 'media-worker'
}

@description('Resource id of the namespace.')
output id string = namespace.id

@description('Name of the namespace.')
output name string = namespace.name
